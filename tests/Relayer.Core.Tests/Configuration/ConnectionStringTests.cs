using static Relayer.Core.Tests.Configuration.SampleOptions;

namespace Relayer.Core.Tests.Configuration;

/// <summary>A connection string is checked for what the connections would do, and told without what may be secret in it.</summary>
public sealed class ConnectionStringTests
{
    private const string Key = "Database:ConnectionString";
    private const string Rest = ";Database=relayer;SSL Mode=Require";

    [Theory]
    [InlineData("s3cret", "is not a connection string")]
    [InlineData("postgres://relayer:s3cret@db.example/relayer?sslmode=require", "is a URL; write it in words")]
    [InlineData("Host=db;Hots=db2;Password=s3cret" + Rest, "has the word hots, which Npgsql does not know: is Host meant?")]
    [InlineData("Host=db;Pasword=s3cret" + Rest, "has the word pasword, which Npgsql does not know: is Password meant?")]
    [InlineData("Host=db;Password=abc;s3cret-rest=def" + Rest, "has a word that Npgsql does not know")]
    [InlineData("Host=db;Port=s3cret" + Rest, "port: its value cannot be read")]
    [InlineData("Host=db;Database=relayer;SSL Mode=VerifyFul", "ssl mode: its value must be Disable, Allow, Prefer, Require, VerifyCA or VerifyFull")]
    [InlineData("Host=db;Port=70000" + Rest, "has a Port that is not from 1 to 65535")]
    [InlineData("Host=db:s3cret" + Rest, "has a host whose port is not from 1 to 65535")]
    [InlineData("Host=one:5432,two:0" + Rest, "has a host whose port is not from 1 to 65535")]
    [InlineData("Host=one,,two" + Rest, "has an empty one among its hosts")]
    [InlineData("Host=" + Rest, "names no Host")]
    [InlineData("Username=relayer;Password=s3cret" + Rest, "names no Host")]
    [InlineData("Host=db;Username=relayer;SSL Mode=Require", "names no Database")]
    [InlineData("Host=db;Minimum Pool Size=20;Maximum Pool Size=10" + Rest, "wants at least 20 connections (Minimum Pool Size) and at most 10")]
    [InlineData("Host=db;Maximum Pool Size=-1" + Rest, "maximum pool size: its value cannot be read, or is out of bounds")]
    [InlineData("Host=one,two;Target Session Attributes=standby" + Rest, "asks for a server that only reads")]
    [InlineData("Host=one,two;Target Session Attributes=best" + Rest, "target session attributes: its value must be")]
    [InlineData("Host=db;Root Certificate=/nowhere/ca.pem" + Rest, "names a file as Root Certificate that is not there")]
    [InlineData("Host=db;Pooling=false;Multiplexing=true" + Rest, "has words that do not go together")]
    public void What_connections_could_not_do_is_told_at_the_start_in_words(string connection, string expected)
    {
        var fault = Assert.Single(Check(With(Key, connection)));

        Assert.StartsWith($"{Key}: {expected}", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_with_it_is_told_at_once()
    {
        var faults = Check(With(Key, "Hots=db;Port=x;SSL Mode=y;Timeout=z;Password=s3cret"));

        Assert.Equal(6, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith(Key, fault, StringComparison.Ordinal));
        Assert.DoesNotContain(faults, fault => fault.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=db" + Rest)]
    [InlineData("Server=db;User Id=relayer;Pwd=one" + Rest)]
    [InlineData("  Host=db ; Password=\"a;b=c\" " + Rest + " \n")]
    [InlineData("Host=one,two:5433" + Rest)]
    [InlineData("Host=one,two;Target Session Attributes=read-write" + Rest)]
    [InlineData("Host=[::1]:5433;Database=relayer")]
    [InlineData("Host=/var/run/postgresql;Database=relayer")]
    public void What_works_passes(string connection) => Assert.Empty(Check(With(Key, connection)));
}
