using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Storage;
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

        Assert.Equal(UserListChange.Changed, await here.PutAsync(user, UserList.Denied, Because, Cancellation));
        Assert.Equal(UserListChange.Changed, await here.PutAsync(other, UserList.Allowed, Because, Cancellation));
        Assert.Equal((UserList.Denied, UserList.Allowed), (await FindAsync(here, user), await FindAsync(here, other)));
        _time.Advance(UserLists.KeptFor);
        Assert.Equal((UserList.Denied, UserList.Allowed), (await FindAsync(elsewhere, user), await FindAsync(elsewhere, other)));

        Assert.Equal(UserListChange.Unchanged, await elsewhere.PutAsync(user, UserList.Denied, Because, Cancellation)); // It is so already.
        Assert.Equal(UserListChange.Changed, await elsewhere.PutAsync(user, UserList.None, Because, Cancellation));
        Assert.Equal(UserListChange.Unchanged, await elsewhere.PutAsync(Samples.Target, UserList.None, Because, Cancellation)); // They never were on one.
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

    [Fact]
    public async Task Full_lists_take_nobody_more_until_one_is_taken_off_and_those_on_them_may_change_lists()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var lists = new UserLists(database.Database, _time);
        await FillAsync(database.Database, UserLists.Most - 1);
        var (last, other) = (Samples.User.Address, Samples.Contract);
        Assert.Equal(UserListChange.Changed, await PutAsync(last, UserList.Allowed));

        Assert.Equal(UserListChange.Full, await PutAsync(other, UserList.Denied));
        Assert.Equal(UserListChange.Unchanged, await PutAsync(other, UserList.None));
        Assert.Equal(UserList.None, await FindAsync(lists, other));
        Assert.Equal(UserListChange.Unchanged, await PutAsync(last, UserList.Allowed));
        Assert.Equal(UserListChange.Changed, await PutAsync(last, UserList.Denied));

        // The place of one who was taken off is another's, and not theirs any more.
        Assert.Equal(UserListChange.Changed, await PutAsync(last, UserList.None));
        Assert.Equal(UserListChange.Changed, await PutAsync(other, UserList.Denied));
        Assert.Equal(UserListChange.Full, await PutAsync(last, UserList.Allowed));
        Assert.Equal((UserList.None, UserList.Denied), (await FindAsync(lists, last), await FindAsync(lists, other)));
        var audit = await new AuditLog(database.Database, _time).ListAsync(long.MaxValue, 1, Cancellation);
        Assert.Equal(("user.allow", UserLists.FullCode), (audit[0].Entry.Action, audit[0].Entry.Outcome));

        Task<UserListChange> PutAsync(Address user, UserList list) => lists.PutAsync(user, list, Because, Cancellation);
    }

    [Fact]
    public async Task Of_many_operators_at_once_who_want_the_last_place_one_gets_it()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var lists = new UserLists(database.Database, _time);
        await FillAsync(database.Database, UserLists.Most - 1);

        var changes = await Task.WhenAll(
            Enumerable.Range(1, 4).Select(i => lists.PutAsync(Address.Parse($"0xff{i:x38}"), UserList.Allowed, Because, Cancellation)));

        Assert.Single(changes, UserListChange.Changed);
        Assert.Equal(3, changes.Count(change => change == UserListChange.Full));
    }

    private static async Task FillAsync(Database database, int users)
    {
        await using var connection = await database.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "insert into user_lists (user_address, list, by, reason, since) select decode(lpad(to_hex(i), 40, '0'), 'hex'), 1, '', '', now() from generate_series(1, $1) i",
            connection)
        {
            Parameters = { Columns.Int(users) },
        };
        await command.ExecuteNonQueryAsync(Cancellation);
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
