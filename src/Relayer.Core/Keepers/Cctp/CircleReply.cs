using System.Text.Json;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Reads Circle's answers, and believes only what fits the burns that the chain told of. Pure.</summary>
internal static class CircleReply
{
    private const int SignatureSize = 65;

    /// <summary>What an answer says of each message of the transaction, in order.</summary>
    public static IReadOnlyList<Attestation> Read(ReadOnlyMemory<byte> body, IReadOnlyList<BurnMessage> messages)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var entries = document.RootElement.GetProperty("messages").EnumerateArray().Select(Entry.Read).ToList();
            return [.. messages.Select(message => Find(entries, message))];
        }
        catch (Exception misshapen) when (misshapen is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return [.. messages.Select(_ => new Attestation.Wrong("Circle answered junk"))];
        }
    }

    private static Attestation Find(List<Entry> entries, BurnMessage message)
    {
        // Each entry once: a transaction may burn the same twice.
        var at = entries.FindIndex(entry => entry.Message?.IsAttestationOf(message) == true);
        if (at < 0)
        {
            return entries.Exists(entry => entry.Status == "complete" && entry.Message is null)
                ? new Attestation.Wrong("a message that is none")
                : entries.Count > 0 && entries.TrueForAll(entry => entry.Status == "complete")
                    ? new Attestation.Wrong("the messages of another burn")
                    : new Attestation.Pending("Circle does not show the message yet");
        }

        var found = entries[at];
        entries.RemoveAt(at);
        if (found.Status != "complete")
        {
            return new Attestation.Pending($"Circle says {found.Status}");
        }

        return Hex.TryDecode(found.Attestation, out var signatures) && signatures.Length > 0 && signatures.Length % SignatureSize == 0
            ? found.Message!.NonceKey is null
                ? new Attestation.Wrong("a message without a nonce")
                : new Attestation.Complete(found.Message, signatures)
            : new Attestation.Wrong("the attestation is no row of signatures");
    }

    private sealed record Entry(string Status, BurnMessage? Message, string Attestation)
    {
        public static Entry Read(JsonElement entry)
        {
            var status = entry.GetProperty("status").GetString() ?? "";
            var text = entry.TryGetProperty("message", out var message) ? message.GetString() : null;
            var attestation = entry.TryGetProperty("attestation", out var signatures) ? signatures.GetString() : null;
            return new Entry(
                status is "complete" or "pending_confirmations" ? status : "something else",
                Hex.TryDecode(text ?? "", out var bytes) ? BurnMessage.Read(bytes) : null, attestation ?? "");
        }
    }
}
