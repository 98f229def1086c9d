using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Tests.Ethereum.Eip712;

/// <summary>The example of EIP-712 itself; its hashes are those of the test beside the EIP, <c>Example.js</c>.</summary>
public sealed class Eip712MailTests
{
    private const string Mail =
        """
        {
          "types": {
            "EIP712Domain": [
              {"name": "name", "type": "string"}, {"name": "version", "type": "string"},
              {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}
            ],
            "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
            "Mail": [
              {"name": "from", "type": "Person"}, {"name": "to", "type": "Person"}, {"name": "contents", "type": "string"}
            ]
          },
          "primaryType": "Mail",
          "domain": {
            "name": "Ether Mail", "version": "1", "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"
          },
          "message": {
            "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
            "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
            "contents": "Hello, Bob!"
          }
        }
        """;

    private static readonly Eip712Types Types = Create(
        ("Person", [new("name", "string"), new("wallet", "address")]),
        ("Mail", [new("from", "Person"), new("to", "Person"), new("contents", "string")]));

    private static readonly AbiValue Cow = AbiValue.Of("Cow", Address.Parse("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"));
    private static readonly AbiValue Bob = AbiValue.Of("Bob", Address.Parse("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"));

    [Fact]
    public void Types_are_encoded_and_hashed()
    {
        Assert.Equal("Mail(Person from,Person to,string contents)Person(string name,address wallet)", Types.EncodeType("Mail"));
        Assert.Equal("0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2", Types.TypeHash("Mail").ToString());
        Assert.Equal("0xb9d8c78acf9b987311de6c7b45bb6a9c8e1bf361fa7fd3467a2163f994c79500", Types.TypeHash("Person").ToString());
    }

    [Fact]
    public void Structs_are_hashed()
    {
        Assert.Equal(
            "0xfc71e5fa27ff56c350aa531bc129ebdf613b772b6604664f5d8dbe21b85eb0c8", Types.HashStruct("Person", Cow).ToString());
        Assert.Equal(
            "0xcd54f074a4af31b4411ff6a60c9719dbd559c221c8ac3492d9d872b041d703d1", Types.HashStruct("Person", Bob).ToString());
        Assert.Equal(
            "0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e",
            Types.HashStruct("Mail", AbiValue.Of(Cow, Bob, "Hello, Bob!")).ToString());
    }

    [Fact]
    public void The_domain_is_hashed()
    {
        var domain = new Eip712Domain("Ether Mail", "1", 1UL, Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"));

        Assert.Equal("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", domain.Separator().ToString());
    }

    [Fact]
    public void The_whole_is_hashed_and_its_signature_is_the_cows()
    {
        using var document = JsonDocument.Parse(Mail);
        Assert.True(Eip712TypedData.TryRead(document.RootElement, out var data));

        var digest = data.Digest();
        var signature = Secp256k1.Default.Sign(Keccak256.Hash("cow"u8).Span, digest);

        Assert.Equal("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", digest.ToString());
        Assert.Equal(
            "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d", signature.R.ToBigInteger().ToString("x64", null));
        Assert.Equal(
            "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562", signature.S.ToBigInteger().ToString("x64", null));
        Assert.Equal(28, 27 + signature.RecoveryId);
    }

    private static Eip712Types Create(params (string Name, Eip712Field[] Fields)[] structs)
    {
        var byName = structs.ToDictionary(s => s.Name, s => (IReadOnlyList<Eip712Field>)s.Fields);
        Assert.True(Eip712Types.TryCreate(byName, out var types));
        return types;
    }
}
