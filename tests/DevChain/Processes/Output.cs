namespace DevChain.Processes;

/// <summary>The last lines a child wrote, from both streams.</summary>
internal sealed class Output(Action<string>? onLine)
{
    private const int Capacity = 2000;

    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();

    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }

        onLine?.Invoke(line);
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join('\n', _lines);
        }
    }
}
