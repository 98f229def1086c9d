using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Storms.Workloads;

namespace Storms.Liars;

/// <summary>A user with one request: posts it until it is taken, follows it until it is told as carried out, and keeps all that was said on the way.</summary>
/// <param name="world">Who is asked.</param>
/// <param name="signed">The request.</param>
/// <param name="isCarried">Somebody else carried it out before.</param>
internal sealed class Witness(LiarWorld world, SignedRequest signed, bool isCarried = false)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _falsehoods = [];
    private readonly List<string> _refusals = [];
    private long _began;

    public SignedRequest Signed => signed;

    /// <summary>Ends that were told and are none.</summary>
    public IReadOnlyList<string> Falsehoods => _falsehoods;

    /// <summary>Refusals after which nobody would come again.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    /// <summary>From the first post until it was told as carried out; <see langword="null"/> until then.</summary>
    public TimeSpan? Took { get; private set; }

    /// <summary>It is in the records: it was not somebody else's from the beginning.</summary>
    public bool IsOnRecord { get; private set; }

    /// <summary>It was taken.</summary>
    public Task Taken => _taken.Task;

    /// <summary>Posts and follows; ends when it is told as carried out.</summary>
    /// <param name="first">Whoever must be taken before.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task RunAsync(Witness? first, CancellationToken cancellation)
    {
        await (first?.Taken.WaitAsync(cancellation) ?? Task.CompletedTask);
        _began = TimeProvider.System.GetTimestamp();
        while (!await TryPostAsync(cancellation))
        {
            await Task.Delay(Pause, cancellation);
        }

        while (Took is null)
        {
            if (!await TryFollowAsync(cancellation))
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private async Task<bool> TryPostAsync(CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(signed.Body));
        content.Headers.ContentType = Json;
        var (status, answer) = await AskAsync(client => client.PostAsync(new Uri(world.Relayer.At(0).Url, "api/relay"), content, cancellation), cancellation);
        if (status is 200 or 202)
        {
            signed.Answer = new GivenAnswer(status, null);
            IsOnRecord |= status == 202;
            _taken.TrySetResult();
            await HearAsync(answer!, cancellation);
            return true;
        }

        if (status is >= 400 and < 500 and not 429)
        {
            var said = $"{status} {answer?["code"]}";
            if (!_refusals.Contains(said))
            {
                _refusals.Add(said);
            }

            if (isCarried && said.EndsWith("nonce_used", StringComparison.Ordinal))
            {
                Note("was told that its nonce is spent, and not that it was carried out: its user signs it again");
            }
        }

        return false;
    }

    /// <summary>What is not on record is posted again: it is known by the chain alone.</summary>
    private async Task<bool> TryFollowAsync(CancellationToken cancellation)
    {
        if (isCarried && !IsOnRecord)
        {
            return await TryPostAsync(cancellation) && Took is not null;
        }

        var (status, answer) = await AskAsync(
            client => client.GetAsync(new Uri(world.Relayer.At(0).Url, $"api/relay/{signed.Id}?wait=20"), cancellation), cancellation);
        if (status == 200)
        {
            await HearAsync(answer!, cancellation);
        }

        return Took is not null;
    }

    private async Task HearAsync(JsonObject answer, CancellationToken cancellation)
    {
        switch ((string)answer["state"]!)
        {
            case "confirmed" when (bool?)answer["success"] == true && (await world.ExecutedAsync([signed], cancellation))[signed.Key].Contains(true):
                Took ??= TimeProvider.System.GetElapsedTime(_began);
                break;
            case "confirmed" or "failed" or "expired":
                Note($"was told as {answer["state"]} (success {answer["success"]}, {answer["reason"]}), and is not so");
                break;
        }
    }

    private void Note(string falsehood)
    {
        if (!_falsehoods.Contains(falsehood))
        {
            _falsehoods.Add(falsehood);
        }
    }

    /// <returns>Zero when nobody answered.</returns>
    private async Task<(int Status, JsonObject? Answer)> AskAsync(Func<HttpClient, Task<HttpResponseMessage>> ask, CancellationToken cancellation)
    {
        try
        {
            using var response = await ask(world.Http);
            return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation)) as JsonObject);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return default;
        }
    }
}
