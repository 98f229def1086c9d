using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>Keys that a rotation replaced: kept for a while to finish what they began, then wiped.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RetiredKeys(TimeSpan keepFor, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Retired> _keys = [];

    /// <summary>Takes a key over; it is wiped when its time is up, whether or not anybody asks.</summary>
    public void Add(KeyMaterial key, ISigner signer)
    {
        lock (_gate)
        {
            var retired = new Retired(key, signer);
            retired.Timer = time.CreateTimer(_ => Wipe(retired), null, keepFor, Timeout.InfiniteTimeSpan);
            _keys.Add(retired);
        }
    }

    /// <summary>The signer of an account whose key is still kept.</summary>
    public ISigner? Find(Address address)
    {
        lock (_gate)
        {
            return _keys.FindLast(retired => retired.Signer.Address == address)?.Signer;
        }
    }

    /// <summary>Wipes all of them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _keys.ForEach(retired => retired.Dispose());
            _keys.Clear();
        }
    }

    private void Wipe(Retired retired)
    {
        lock (_gate)
        {
            _keys.Remove(retired);
            retired.Dispose();
        }
    }

    private sealed class Retired(KeyMaterial key, ISigner signer) : IDisposable
    {
        public ISigner Signer { get; } = signer;

        public ITimer? Timer { get; set; }

        public void Dispose()
        {
            Timer?.Dispose();
            key.Dispose();
        }
    }
}
