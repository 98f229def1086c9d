using System.Net.Sockets;
using Functions.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Functions.Tests.Hosting;

public sealed class FailuresTests
{
    public static TheoryData<Exception, int, string> Rows { get; } = new()
    {
        { new ChainUnavailableException(new ChainId(1), "down"), 503, "chain_unavailable" },
        { new SignerUnavailableException("none"), 503, "signers_exhausted" },
        { new NpgsqlException("broken"), 503, "storage_unavailable" },
        { new SocketException(), 503, "storage_unavailable" },
        { new TimeoutException(), 503, "storage_unavailable" },
        { new InvalidOperationException("wrapped", new NpgsqlException("broken")), 503, "storage_unavailable" },
        { new SchemaTooNewException("version 9"), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.DiskFull), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.TooManyConnections), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.AdminShutdown), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.ReadOnlySqlTransaction), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.InvalidPassword), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.InvalidAuthorizationSpecification), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.InvalidCatalogName), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.InsufficientPrivilege), 503, "storage_unavailable" },
        { Refusal(PostgresErrorCodes.SyntaxError), 500, "internal_error" },
        { new InvalidOperationException("a bug"), 500, "internal_error" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_failure_has_a_code_and_says_nothing_of_the_inside(Exception failure, int status, string code)
    {
        var problem = Failures.ToProblem(failure);
        Assert.Equal((status, code), (problem.Status, problem.Code));
        Assert.DoesNotContain(failure.Message, problem.Detail ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_that_is_too_large_is_told_how_large_it_may_be() => Assert.Equal(
        "The body has more than 1048576 bytes.",
        Failures.ToProblem(new BadHttpRequestException("of the server", StatusCodes.Status413PayloadTooLarge)).Detail);

    private static PostgresException Refusal(string state) => new("secret text", "ERROR", "ERROR", state);
}
