using System.Collections.Concurrent;
using Grpc.Core;
using HostStandIn.Protocol;

namespace HostStandIn;

/// <summary>The worker's stream: what it sends is handed to whoever waits for it.</summary>
internal sealed class WorkerStream(WorkerSessions sessions) : FunctionRpc.FunctionRpcBase
{
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        var session = new WorkerSession(responseStream);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
            {
                if (message.ContentCase == StreamingMessage.ContentOneofCase.StartStream)
                {
                    sessions.Began(session);
                }
                else
                {
                    session.Received(message);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The worker's process ended: whoever waits is told below.
        }
        finally
        {
            session.Ended();
        }
    }
}

/// <summary>Gives the session of a worker that was just started.</summary>
internal sealed class WorkerSessions
{
    private TaskCompletionSource<WorkerSession> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<WorkerSession> NextAsync()
    {
        _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _next.Task;
    }

    public void Began(WorkerSession session) => _next.TrySetResult(session);
}

/// <summary>One worker's conversation.</summary>
internal sealed class WorkerSession(IServerStreamWriter<StreamingMessage> writer)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _asked = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invoked = new();
    private readonly SemaphoreSlim _writing = new(1);
    private volatile bool _ended;

    /// <summary>The invocations under way.</summary>
    public ICollection<string> Invocations => _invoked.Keys;

    public async Task SendAsync(StreamingMessage message)
    {
        await _writing.WaitAsync();
        try
        {
            await writer.WriteAsync(message);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Asks something that is answered under the same request id.</summary>
    public async Task<StreamingMessage> AskAsync(StreamingMessage message)
    {
        message.RequestId = Guid.NewGuid().ToString();
        var answer = _asked.GetOrAdd(message.RequestId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await SendAsync(message);
        return await answer.Task;
    }

    /// <summary>Calls a function and waits for its end.</summary>
    public async Task<InvocationResponse> InvokeAsync(InvocationRequest request)
    {
        var response = _invoked.GetOrAdd(request.InvocationId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            if (_ended)
            {
                throw new IOException("the worker is gone");
            }

            await SendAsync(new StreamingMessage { RequestId = Guid.NewGuid().ToString(), InvocationRequest = request });
            return await response.Task;
        }
        finally
        {
            _invoked.TryRemove(request.InvocationId, out _);
        }
    }

    public void Received(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.RpcLog:
                WriteLog(message.RpcLog);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invoked.TryGetValue(message.InvocationResponse.InvocationId, out var waiting))
                {
                    waiting.TrySetResult(message.InvocationResponse);
                }

                break;
            default:
                if (_asked.TryRemove(message.RequestId, out var asked))
                {
                    asked.TrySetResult(message);
                }

                break;
        }
    }

    public void Ended()
    {
        _ended = true;
        var gone = new IOException("the worker is gone");
        foreach (var waiting in _invoked.Values)
        {
            waiting.TrySetException(gone);
        }

        foreach (var waiting in _asked.Values)
        {
            waiting.TrySetException(gone);
        }
    }

    private static void WriteLog(RpcLog log)
    {
        var exception = log.Exception is { } thrown ? $" {thrown.Message} {thrown.StackTrace}" : "";
        Console.WriteLine($"worker {log.Level}: {log.Category}[{log.EventId}] {log.Message}{exception}".ReplaceLineEndings(" "));
    }
}
