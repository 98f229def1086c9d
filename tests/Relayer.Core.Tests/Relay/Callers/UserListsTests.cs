using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Relay.Callers;

/// <summary>The operators' lists, at two instances on one database.</summary>
[Trait("needs", "services")]
public sealed class UserListsTests(PostgresFixture postgres)
{
    private static readonly Instruction Because = new("night-watch", "a test");
    private readonly Clock _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_in_force_at_once_here_and_within_a_second_elsewhere_and_is_audited()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var (here, elsewhere) = (new UserLists(database.Database, _time), new UserLists(database.Database, _time));
        var (user, other) = (Samples.User.Address, Samples.Contract);
        Assert.Equal((UserList.None, UserList.None), (await FindAsync(here, user), await FindAsync(elsewhere, user)));

        Assert.True(await here.PutAsync(user, UserList.Denied, Because, Cancellation));
        Assert.True(await here.PutAsync(other, UserList.Allowed, Because, Cancellation));
        Assert.Equal((UserList.Denied, UserList.Allowed), (await FindAsync(here, user), await FindAsync(here, other)));
        _time.Advance(UserLists.KeptFor);
        Assert.Equal((UserList.Denied, UserList.Allowed), (await FindAsync(elsewhere, user), await FindAsync(elsewhere, other)));

        Assert.False(await elsewhere.PutAsync(user, UserList.Denied, Because, Cancellation)); // It is so already.
        Assert.True(await elsewhere.PutAsync(user, UserList.None, Because, Cancellation));
        Assert.False(await elsewhere.PutAsync(Samples.Target, UserList.None, Because, Cancellation)); // They never were on one.
        Assert.Equal(UserList.None, await FindAsync(elsewhere, user));
        _time.Advance(UserLists.KeptFor);
        Assert.Equal(UserList.None, await FindAsync(here, user));

        Assert.Equal(other, Assert.Single(await here.ListAsync(null, 10, Cancellation)).User);
        Assert.Empty(await here.ListAsync(other, 10, Cancellation));
        var audit = await new AuditLog(database.Database, _time).ListAsync(long.MaxValue, 10, Cancellation);
        Assert.Equal(
            [("user.remove", "unchanged"), ("user.remove", "done"), ("user.deny", "unchanged"), ("user.allow", "done"), ("user.deny", "done")],
            audit.Select(entry => (entry.Entry.Action, entry.Entry.Outcome)));
        Assert.Equal($"user:{user}", audit[^1].Entry.Target);
    }

    [Fact]
    public async Task Changes_of_many_operators_at_once_are_all_seen()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var (here, elsewhere) = (new UserLists(database.Database, _time), new UserLists(database.Database, _time));
        Address[] users = [.. Enumerable.Range(1, 40).Select(i => Address.Parse($"0x{i:x40}"))];
        var changing = Task.WhenAll(users.Select(user => here.PutAsync(user, UserList.Denied, Because, Cancellation)));
        while (!changing.IsCompleted)
        {
            _time.Advance(UserLists.KeptFor);
            await FindAsync(elsewhere, users[0]);
        }

        await changing;
        _time.Advance(UserLists.KeptFor);
        foreach (var user in users)
        {
            Assert.Equal(UserList.Denied, await FindAsync(elsewhere, user));
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }

    private static async Task<UserList> FindAsync(UserLists lists, Address user) => await lists.FindAsync(user, Cancellation);
}
