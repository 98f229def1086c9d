using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Tests.Ethereum.Eip712;

public sealed class Eip712TypedDataTests
{
    private static readonly JsonElement[] Cases = [.. VectorFile.Read("eip712.json").GetProperty("typedData").EnumerateArray()];

    [Fact]
    public void Three_hundred_random_messages_hash_as_viem_hashes_them()
    {
        Assert.Equal(300, Cases.Length);
        Assert.All(Cases, each =>
        {
            Assert.True(Eip712TypedData.TryRead(each, out var data));
            Assert.Equal(each.Text("structHash"), data.StructHash.ToString());
            Assert.Equal(each.Text("digest"), data.Digest().ToString());
        });
    }

    [Fact]
    public void The_hash_of_a_domain_alone_is_that_of_its_message_form() =>
        Assert.All(Cases, each =>
        {
            var json = each.GetProperty("domain");
            var domain = new Eip712Domain(
                Member(json, "name")?.GetString(),
                Member(json, "version")?.GetString(),
                Member(json, "chainId") is { } id ? id.GetUInt64() : null,
                Member(json, "verifyingContract") is { } contract ? Relayer.Core.Ethereum.Address.Parse(contract.GetString()) : null,
                Member(json, "salt") is { } salt ? Relayer.Core.Ethereum.Hash32.Parse(salt.GetString()) : null);

            Assert.True(Eip712TypedData.TryRead(each, out var data));
            Assert.Equal(data.DomainSeparator, domain.Separator());
        });

    [Fact]
    public void A_struct_may_hold_more_of_its_own_kind()
    {
        Assert.True(TryHash(
            """{"Node":[{"name":"label","type":"string"},{"name":"children","type":"Node[]"}]}""", "Node",
            """{"label":"root","children":[{"label":"leaf","children":[]}]}""", out _));
    }

    [Theory]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":256}""", "out of range")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":-1}""", "negative")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":1.5}""", "a fraction")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":1e2}""", "an exponent")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":true}""", "another kind")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":null}""", "null")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":" 1"}""", "a space")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":""}""", "no digits")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{}""", "a member missing")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":1,"b":2}""", "a member unknown")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """{"a":1,"a":2}""", "a member twice")]
    [InlineData("""[{"name":"a","type":"uint8"}]""", """[1]""", "no object")]
    [InlineData("""[{"name":"a","type":"bool"}]""", """{"a":"true"}""", "a flag as text")]
    [InlineData("""[{"name":"a","type":"bytes4"}]""", """{"a":"0x010203"}""", "too few bytes")]
    [InlineData("""[{"name":"a","type":"bytes"}]""", """{"a":"0x1"}""", "half a byte")]
    [InlineData("""[{"name":"a","type":"address"}]""", """{"a":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD827"}""", "a wrong checksum")]
    [InlineData("""[{"name":"a","type":"string"}]""", """{"a":"\ud83d"}""", "half a surrogate pair")]
    [InlineData("""[{"name":"a","type":"uint8[2]"}]""", """{"a":[1]}""", "an array of another length")]
    [InlineData("""[{"name":"a","type":"uint8[]"}]""", """{"a":1}""", "no array")]
    [InlineData("""[{"name":"a","type":"uint"}]""", """{"a":1}""", "an abbreviated type")]
    [InlineData("""[{"name":"a","type":"Nothing"}]""", """{"a":1}""", "an unknown struct")]
    [InlineData("""[{"name":"a","type":"(uint8)"}]""", """{"a":[1]}""", "an anonymous struct")]
    [InlineData("""[{"name":"a","type":"uint8[0]"}]""", """{"a":[]}""", "an array of nothing")]
    [InlineData("""[{"name":"a","type":"uint8[][][][][][][][][]"}]""", """{"a":[]}""", "nine dimensions")]
    [InlineData("""[{"name":"a","type":"uint8["}]""", """{"a":[]}""", "half a bracket")]
    [InlineData("""[{"name":"a b","type":"uint8"}]""", """{"a b":1}""", "a name with a space")]
    [InlineData("""[{"name":"a","type":"uint8"},{"name":"a","type":"uint8"}]""", """{"a":1}""", "a member defined twice")]
    [InlineData("""[{"name":"a"}]""", """{"a":1}""", "a member without a type")]
    [InlineData("""{"a":"uint8"}""", """{"a":1}""", "members not in a list")]
    public void What_a_wallet_should_not_sign_is_refused(string fields, string message, string why) =>
        Assert.False(TryHash($$"""{"T":{{fields}}}""", "T", message, out _), why);

    [Fact]
    public void A_struct_that_hides_an_elementary_type_is_refused() =>
        Assert.False(TryHash("""{"uint256":[{"name":"a","type":"uint8"}]}""", "uint256", """{"a":1}""", out _));

    [Fact]
    public void Too_many_structs_are_refused_before_they_can_nest_too_deep()
    {
        var structs = Enumerable.Range(0, 5000).ToDictionary(
            i => $"T{i}", i => (IReadOnlyList<Eip712Field>)[new("a", i == 4999 ? "uint8" : $"T{i + 1}")]);

        Assert.False(Eip712Types.TryCreate(structs, out _));
    }

    [Fact]
    public void A_value_that_is_not_of_its_struct_is_a_bug_of_the_caller()
    {
        var structs = new Dictionary<string, IReadOnlyList<Eip712Field>> { ["T"] = [new("a", "uint8[2]")] };
        Assert.True(Eip712Types.TryCreate(structs, out var types));

        Assert.Throws<ArgumentException>(() => types.HashStruct("T", 1UL));
        Assert.Throws<ArgumentException>(() => types.HashStruct("T", AbiValue.Of(AbiValue.Of(1UL))));
        Assert.Throws<ArgumentException>(() => types.HashStruct("T", AbiValue.Of(AbiValue.Of(1UL, 256UL))));
        Assert.Throws<KeyNotFoundException>(() => types.HashStruct("U", 1UL));
    }

    private static bool TryHash(string types, string primaryType, string message, out Eip712TypedData? data)
    {
        using var document = JsonDocument.Parse(
            $$"""{"types":{{types}},"primaryType":"{{primaryType}}","domain":{"name":"n"},"message":{{message}}}""");
        return Eip712TypedData.TryRead(document.RootElement, out data);
    }

    private static JsonElement? Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : null;
}
