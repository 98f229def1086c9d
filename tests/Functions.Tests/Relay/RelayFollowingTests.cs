using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Functions.Tests.Relay;

/// <summary>How a relay is followed to its end: by waiting, by its events, in the list.</summary>
public abstract class RelayFollowingTests(RelayFixture relay)
{
    private readonly RelayWorld _world = relay.World;
    private readonly HttpClient _http = relay.Http;

    [Fact]
    public async Task Waiting_answers_at_the_end_and_not_before_its_time()
    {
        var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.OpenZeppelin, new Wallet()));
        var started = TimeProvider.System.GetTimestamp();
        var done = await Reply.GetAsync(_http, $"api/relay/{posted["id"]}?wait=20");
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var atOnce = await Reply.GetAsync(_http, $"api/relay/{posted["id"]!.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal)}");

        Assert.Equal("confirmed", done["state"]);
        Assert.True(elapsed < TimeSpan.FromSeconds(19.5), $"{elapsed}");
        Assert.Equal(done.Text, atOnce.Text);
    }

    [Fact]
    public async Task A_user_lists_relays_newest_first_page_by_page()
    {
        var user = new Wallet();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (await Reply.PostAsync(_http, "api/relay", _world.Post(_world.Infinex, user)))["id"]!);
        }

        var pages = new List<string[]>();
        var cursor = "";
        do
        {
            var page = await Reply.GetAsync(
                _http, $"api/relay?chainId=31337&from={user.Address.ToString().ToLowerInvariant()}&limit=2{cursor}");
            Assert.Equal(200, page.Status);
            pages.Add([.. page.Json["relays"]!.AsArray().Select(item => (string)item!["id"]!)]);
            cursor = page["nextCursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal([2, 2, 1], pages.Select(page => page.Length));
        Assert.Equal(ids, pages.SelectMany(page => page));
        var elsewhere = await Reply.GetAsync(_http, $"api/relay?chainId=1&from={user.Address}");
        Assert.Empty(elsewhere.Json["relays"]!.AsArray());
        Assert.Null(elsewhere["nextCursor"]);
    }

    [Fact]
    public async Task Events_tell_each_state_until_the_last()
    {
        var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.Infinex, new Wallet()));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/relay/{posted["id"]}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var stream = await Reply.SendAsync(_http, request); // Ends by itself.

        var events = stream.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var states = events.Select(text => (string)JsonNode.Parse(text.Split('\n').Single(
            line => line.StartsWith("data: ", StringComparison.Ordinal))[6..])!["state"]!).ToArray();
        Assert.Equal((200, "text/event-stream"), (stream.Status, stream.MediaType));
        Assert.All(events, text => Assert.StartsWith("event: relay\n", text, StringComparison.Ordinal));
        Assert.Equal(states.OrderBy(state => Array.IndexOf(RelayWorld.States, state)), states);
        Assert.Equal(states.Distinct(), states);
        Assert.Equal("confirmed", states[^1]);
    }

    [Fact]
    public async Task Events_of_a_finished_relay_are_its_last_state_alone()
    {
        var spent = await relay.SpendAsync();
        var id = (await Reply.GetAsync(_http, $"api/relay?from={spent.Spent.Address}&limit=1")).Json["relays"]![0]!["id"];
        var stream = await Reply.GetAsync(_http, $"api/relay/{id}/events");

        Assert.Single(stream.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("\"state\":\"confirmed\"", stream.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_resumed_where_it_was_and_a_finished_one_is_over()
    {
        var posted = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.Infinex, new Wallet()));
        var done = await RelayWorld.WaitAsync(_http, posted["id"]!);
        var whole = await Reply.GetAsync(_http, $"api/relay/{posted["id"]}/events");
        var last = whole.Text.Split('\n').Last(line => line.StartsWith("id: ", StringComparison.Ordinal))[4..];

        Assert.Equal("confirmed", done["state"]);
        Assert.Contains("\nretry: 1000\n", whole.Text, StringComparison.Ordinal);
        Assert.Equal((204, ""), await ResumeAsync(posted["id"]!, last)); // A browser stops connecting.
        var (status, text) = await ResumeAsync(posted["id"]!, "of-another-time");
        Assert.Equal((200, whole.Text), (status, text));
    }

    private async Task<(int Status, string Text)> ResumeAsync(string id, string lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/relay/{id}/events");
        request.Headers.Add("Last-Event-ID", lastEventId);
        var reply = await Reply.SendAsync(_http, request);
        return (reply.Status, reply.Text);
    }
}
