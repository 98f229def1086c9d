using System.Globalization;

namespace Storms.Faults;

/// <summary>Which faults a node has when: the same for the same seed.</summary>
public sealed class FaultSchedule
{
    private const int Slices = 400;

    private readonly Slice[] _slices;
    private long _started;
    private volatile bool _hasEnded;

    private FaultSchedule(string name, int seed, IReadOnlyList<Fault> faults)
    {
        (Name, Seed) = (name, seed);
        var random = new Random(seed);
        var end = TimeSpan.Zero;
        _slices = new Slice[Slices];
        for (var i = 0; i < Slices; i++)
        {
            // A calm at times, so that something gets far enough to go wrong.
            end += TimeSpan.FromMilliseconds(random.Next(200, 1_500));
            var fault = random.Next(5) == 0 ? Fault.None : faults[random.Next(faults.Count)];
            _slices[i] = new Slice(end, fault, random.Next(30, 101), random.Next(1, 7));
        }
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What it was made from.</summary>
    public int Seed { get; }

    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<Fault> Kinds { get; } = [.. Enum.GetValues<Fault>().Where(fault => fault != Fault.None)];

    /// <summary>One kind of fault, again and again.</summary>
    public static FaultSchedule Of(Fault fault, int seed) => new(fault.ToString(), seed, [fault]);

    /// <summary>All kinds at random.</summary>
    public static FaultSchedule All(int seed) => new("all", seed, Kinds);

    /// <summary>Begins; before, nothing is wrong.</summary>
    public void Begin() => Volatile.Write(ref _started, TimeProvider.System.GetTimestamp());

    /// <summary>Ends all faults.</summary>
    public void End() => _hasEnded = true;

    /// <summary>The command that plays it again.</summary>
    public string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project tests/Storms -- node --seeds 1 --seed {Seed}{(Name == "all" ? "" : $" --fault {Name}")}");

    /// <summary>Name, seed and what it does in its first seconds.</summary>
    public override string ToString()
    {
        var slices = _slices.Take(25).Select(slice => string.Create(
            CultureInfo.InvariantCulture, $"-{slice.End.TotalSeconds:0.0}s {slice.Fault} {slice.Percent}%{(slice.Fault == Fault.Lag ? $" by {slice.Lag}" : "")}"));
        return $"{Name}, seed {Seed}: {string.Join(", ", slices)}…";
    }

    /// <summary>What holds now.</summary>
    internal Slice Now()
    {
        var started = Volatile.Read(ref _started);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        return _hasEnded || started == 0 ? Slice.Calm : _slices.FirstOrDefault(slice => slice.End > elapsed) ?? Slice.Calm;
    }

    /// <summary>A while with one fault.</summary>
    /// <param name="End">Until when, from the start.</param>
    /// <param name="Fault">Which.</param>
    /// <param name="Percent">How many of the requests it hits.</param>
    /// <param name="Lag">Blocks behind, where it lags.</param>
    internal sealed record Slice(TimeSpan End, Fault Fault, int Percent, int Lag)
    {
        public static Slice Calm { get; } = new(TimeSpan.MaxValue, Fault.None, 0, 0);
    }
}
