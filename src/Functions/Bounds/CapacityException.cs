namespace Functions.Bounds;

/// <summary>A call finds no room, in all or within its caller's share. Nothing was done for it; the same call may pass in a moment.</summary>
/// <remarks>An exception where bodies and shared reads are in the way of a value; it becomes a problem as all others do.</remarks>
/// <param name="isOwnShare">The caller has its share; else the whole instance is full.</param>
public sealed class CapacityException(bool isOwnShare) : Exception("no room")
{
    /// <summary>The caller has its share; else the whole instance is full.</summary>
    public bool IsOwnShare { get; } = isOwnShare;
}
