using System.Text;
using Functions.Relay;
using Relayer.Core.Relay;

namespace Functions.Tests.Relay;

/// <summary>What a malformed body is told, in words that its author understands.</summary>
public sealed class RelayBodyReaderTests
{
    private const string Sound =
        """
        {"chainId":1,"forwarder":"0x0000000000000000000000000000000000000001","request":{"from":"0x0000000000000000000000000000000000000002",
        "to":"0x0000000000000000000000000000000000000003","value":"0","gas":"1","nonce":"0","data":"0x"},"signature":"SIGNATURE"}
        """;

    [Theory]
    [InlineData("\"signature\":\"SIGNATURE\"", "\"signature\":null", "signature must not be null.")]
    [InlineData("\"value\":\"0\"", "\"value\":null", "request.value must not be null.")]
    [InlineData("\"chainId\":1", "\"chainId\":\"1\"", "chainId is not of the type that a request has there: chainId and deadline are whole numbers, all else is in strings.")]
    [InlineData(",\"signature\":\"SIGNATURE\"", "", "The body lacks 'signature'.")]
    public void Names_the_member_and_what_is_wrong_with_it(string sound, string changed, string detail) =>
        Assert.Equal(detail, Detail(Sound.Replace(sound, changed, StringComparison.Ordinal)));

    [Theory]
    [InlineData(64, "signature has 64 bytes: compact signatures (EIP-2098) are not taken; 65 are needed, r, s and v.")]
    [InlineData(66, "signature has 66 bytes; 65 are needed: r, s and v.")]
    [InlineData(65, "signature ends with v = 17; it must be 27 or 28 (0 and 1 are taken too).")]
    public void Says_what_is_wrong_with_a_signature(int bytes, string detail) =>
        Assert.Equal(detail, Detail(Sound.Replace("SIGNATURE", "0x" + string.Concat(Enumerable.Repeat("11", bytes)), StringComparison.Ordinal)));

    [Fact]
    public void Half_a_character_in_one_request_of_a_batch_spoils_that_one_only()
    {
        var (spoilt, sound) = (Sound.Replace("SIGNATURE", "\\ud800", StringComparison.Ordinal), Sound.Replace("SIGNATURE", "0x", StringComparison.Ordinal));
        var (requests, refusal) = RelayBodyReader.ReadBatch(Encoding.UTF8.GetBytes($$"""{"requests":[{{spoilt}},{{sound}}]}"""));

        Assert.Null(refusal);
        Assert.Equal(RefusalCode.MalformedRequest, RelayBodyReader.Read(requests![0].Span).Refusal?.Code);
        Assert.Equal("signature has 0 bytes; 65 are needed: r, s and v.", RelayBodyReader.Read(requests[1].Span).Refusal?.Detail);
    }

    [Fact]
    public void A_megabyte_of_values_costs_no_more_than_its_bytes()
    {
        var json = Encoding.UTF8.GetBytes($$"""{"requests":[{{string.Join(',', Enumerable.Repeat("0", 500_000))}}]}""");
        RelayBodyReader.ReadBatch(json); // What is made once.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (_, refusal) = RelayBodyReader.ReadBatch(json);

        Assert.Equal("requests must hold 1 to 100 requests.", refusal?.Detail);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    [Theory]
    [InlineData("""{"requests":[1,{"a":[2]},"3" , null]}""", "1|{\"a\":[2]}|\"3\"|null")]
    [InlineData("""{"requests":[]}""", null)]
    [InlineData("""{"requests":null}""", null)]
    [InlineData("""{"requests":{}}""", null)]
    [InlineData("""{"requests":[1}""", null)]
    [InlineData("""{"requests":[[[[[[[[[[1]]]]]]]]]]}""", null)]
    [InlineData("""{"requests":[1],"requests":[2]}""", null)]
    [InlineData("""{"requests":[1],"more":2}""", null)]
    [InlineData("""{"requests":[1]} 2""", null)]
    public void A_batch_is_read_as_where_its_requests_stand(string json, string? parts)
    {
        var (requests, refusal) = RelayBodyReader.ReadBatch(Encoding.UTF8.GetBytes(json));

        Assert.Equal(parts, requests is null ? null : string.Join('|', requests.Select(part => Encoding.UTF8.GetString(part.Span))));
        Assert.Equal(parts is null ? RefusalCode.MalformedRequest : null, refusal?.Code);
    }

    private static string? Detail(string json) => RelayBodyReader.Read(Encoding.UTF8.GetBytes(json)).Refusal?.Detail;
}
