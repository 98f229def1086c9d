using System.Globalization;
using System.Text.Json;
using HostStandIn.Protocol;
using NCrontab;

namespace HostStandIn;

/// <summary>Fires the timers by their schedules; one whose setting is missing is disabled with a line, as the real host does.</summary>
internal sealed class Timers(Worker worker)
{
    private static readonly CrontabSchedule.ParseOptions SixFields = new() { IncludingSeconds = true };

    /// <summary>Fires them until the stop.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(worker.Functions.Where(function => function.IsTimer).Select(function => LoopAsync(function, stop)));

    /// <summary>Fires one now; what the worker said of it.</summary>
    public async Task<StatusResult> FireAsync(Function function, bool isPastDue = false)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var info = JsonSerializer.Serialize(new
        {
            Schedule = new { AdjustForDST = true },
            ScheduleStatus = new { Last = now, Next = now, LastUpdated = now },
            IsPastDue = isPastDue,
        });
        var request = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.Id,
            TraceContext = new RpcTraceContext(),
        };
        request.InputData.Add(new ParameterBinding { Name = function.Binding, Data = new TypedData { Json = info } });
        request.TriggerMetadata[function.Binding] = new TypedData { Json = info };
        return (await worker.Session.InvokeAsync(request)).Result;
    }

    private async Task LoopAsync(Function function, CancellationToken stop)
    {
        var schedule = Read(function);
        while (schedule is not null && !stop.IsCancellationRequested)
        {
            var now = TimeProvider.System.GetUtcNow();
            try
            {
                await Task.Delay(schedule.GetNextOccurrence(now.UtcDateTime) - now.UtcDateTime, stop);
                var result = await FireAsync(function);
                if (result.Status != StatusResult.Types.Status.Success)
                {
                    Console.WriteLine($"host: {function.Name} failed: {result.Exception?.Message}".ReplaceLineEndings(" "));
                }
            }
            catch (Exception ended) when (ended is OperationCanceledException or IOException)
            {
                return;
            }
        }
    }

    private static CrontabSchedule? Read(Function function)
    {
        var text = function.Schedule;
        if (text is ['%', .. var key, '%'])
        {
            text = Environment.GetEnvironmentVariable(key.Replace(":", "__", StringComparison.Ordinal)) ?? "";
        }

        if (CrontabSchedule.TryParse(text, SixFields) is { } schedule)
        {
            return schedule;
        }

        Console.WriteLine($"host: the '{function.Name}' function is in error: '{function.Schedule}' failed indexing and will be disabled");
        return null;
    }
}
