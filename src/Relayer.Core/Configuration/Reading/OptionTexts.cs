using System.Collections;
using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Keepers;

namespace Relayer.Core.Configuration.Reading;

/// <summary>
/// Binds what the binders do not: options of the types that <see cref="OptionText"/> reads, lists and dictionaries of them included. It goes over
/// options that were bound, and notes each text that cannot be read.
/// </summary>
internal sealed class OptionTexts
{
    private readonly Dictionary<Type, OptionSlot[]> _slots = [];
    private readonly List<TextFault> _unread = [];

    /// <summary>What could not be read, but for keepers that are not configured.</summary>
    public IReadOnlyList<TextFault> Unread => _unread;

    /// <summary>Fills options, and all that lies below them.</summary>
    /// <param name="options">They were bound from the same section.</param>
    /// <param name="section">Where their texts stand.</param>
    /// <param name="at">The front of each key; empty at the root.</param>
    /// <exception cref="NotSupportedException">A property has one of the types in a shape that cannot be filled.</exception>
    public void Fill(object options, IConfiguration section, string at = "")
    {
        var before = _unread.Count;
        if (!_slots.TryGetValue(options.GetType(), out var slots))
        {
            _slots[options.GetType()] = slots = OptionSlot.Find(options.GetType());
        }

        foreach (var slot in slots)
        {
            var name = slot.Property.Name;
            Fill(options, slot, section.GetSection(name), at.Length == 0 ? name : $"{at}:{name}");
        }

        if (options is KeeperLimitOptions { IsConfigured: false })
        {
            _unread.RemoveRange(before, _unread.Count - before);
        }
    }

    private void Fill(object options, OptionSlot slot, IConfigurationSection section, string key)
    {
        if (slot.Shape == OptionShape.One)
        {
            if (section.Value is { } text)
            {
                Note(key, slot.Text!.Set(options, slot.Property, text));
            }

            return;
        }

        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length == 0)
        {
            return;
        }

        var texts = Array.ConvertAll(children, child => child.Value ?? "");
        switch (slot.Shape)
        {
            case OptionShape.Sections:
                Descend(slot.Get(options), section, children, key);
                break;
            case OptionShape.List:
                var items = slot.Text!.SetAll(options, slot.Property, texts);
                for (var i = 0; i < items.Count; i++)
                {
                    Note($"{key}:{i}", items[i]);
                }

                break;
            default:
                var entries = slot.Text!.SetAll(options, slot.Property, Array.ConvertAll(children, child => child.Key), texts);
                for (var i = 0; i < entries.Count; i++)
                {
                    Note($"{key}:{children[i].Key}", entries[i]);
                }

                break;
        }
    }

    private void Descend(object? value, IConfigurationSection section, IConfigurationSection[] children, string at)
    {
        switch (value)
        {
            case null:
                break;
            case IDictionary entries:
                foreach (DictionaryEntry entry in entries)
                {
                    Fill(entry.Value!, section.GetSection((string)entry.Key), $"{at}:{entry.Key}");
                }

                break;
            case IList items:
                // As the binders do: a text is no options, and makes no item.
                children = Array.FindAll(children, child => string.IsNullOrEmpty(child.Value) || child.GetChildren().Any());
                for (var i = 0; i < items.Count && i < children.Length; i++)
                {
                    Fill(items[i]!, children[i], $"{at}:{i}");
                }

                break;
            default:
                Fill(value, section, at);
                break;
        }
    }

    private void Note(string key, string? fault)
    {
        if (fault is not null)
        {
            _unread.Add(new(key, fault));
        }
    }
}

/// <summary>A setting whose text cannot be read as its type.</summary>
/// <param name="Key">Its key, in full.</param>
/// <param name="Fault">What is wrong with it.</param>
internal sealed record TextFault(string Key, string Fault);
