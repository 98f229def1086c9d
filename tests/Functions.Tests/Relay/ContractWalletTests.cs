using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>Who cannot be served is told so: accounts that are contracts, and signatures that only a contract could check.</summary>
public abstract class ContractWalletTests(RelayFixture relay)
{
    // https://eips.ethereum.org/EIPS/eip-6492.
    private const string WrappedMark = "6492649264926492649264926492649264926492649264926492649264926492";

    private readonly RelayWorld _world = relay.World;
    private readonly HttpClient _http = relay.Http;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("OpenZeppelin", "api/relay")]
    [InlineData("Infinex", "api/relay/simulate")]
    public async Task A_contract_as_user_is_told_that_its_signatures_are_not_taken_and_what_to_do(string dialect, string path)
    {
        var wallet = await ContractAsync();
        var refused = await PostAsync(path, Post(_world.Of(dialect), wallet, new Wallet()));

        refused.AssertProblem(422, "contract_wallet_unsupported");
        Assert.Contains($"{wallet} is a contract", refused["detail"]!, StringComparison.Ordinal);
        Assert.Contains("Put the account whose key signs as request.from", refused["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_is_a_real_Safe_whose_owner_signs_for_it()
    {
        var safe = await DevSafe.DeployAsync(relay.Stack.Node, 1, cancellation: Cancellation);
        var refused = await PostAsync("api/relay", Post(_world.OpenZeppelin, safe.Address, new Wallet()));

        refused.AssertProblem(422, "contract_wallet_unsupported");
        Assert.Contains($"{safe.Address} is a contract", refused["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)] // An approved hash, or nothing at all.
    [InlineData(64)]
    [InlineData(130)] // Two owners of a Safe.
    [InlineData(449)] // A passkey's.
    public async Task So_is_one_whose_signature_has_a_form_of_its_own(int bytes)
    {
        var body = Post(_world.OpenZeppelin, await ContractAsync(), new Wallet());
        body["signature"] = "0x" + string.Concat(Enumerable.Repeat("1f", bytes));

        (await PostAsync("api/relay", body)).AssertProblem(422, "contract_wallet_unsupported");
    }

    [Fact]
    public async Task In_a_batch_it_spoils_itself_alone()
    {
        var (user, fromContract) = (new Wallet(), Post(_world.OpenZeppelin, await ContractAsync(), new Wallet()));
        await PostAsync("api/relay", fromContract); // It is remembered for a minute.
        var batch = await Reply.PostAsync(_http, "api/relay/batch", new JsonObject
        {
            ["requests"] = new JsonArray(fromContract.DeepClone(), _world.Post(_world.OpenZeppelin, user)),
        });

        var outcomes = batch.Json["outcomes"]!.AsArray();
        Assert.Equal([422, 202], outcomes.Select(outcome => (int)outcome!["status"]!));
        Assert.Equal("contract_wallet_unsupported", (string?)outcomes[0]!["problem"]!["code"]);
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, (string)outcomes[1]!["relay"]!["id"]!))["state"]);
    }

    [Fact]
    public async Task A_wrapped_signature_is_recognised_by_its_mark_alone()
    {
        var body = _world.Post(_world.OpenZeppelin, new Wallet());
        body["signature"] = $"{body["signature"]}{new string('0', 62)}{WrappedMark}";
        var refused = await Reply.PostAsync(_http, "api/relay", body);

        refused.AssertProblem(422, "signature_wrapped");
        Assert.Contains("ERC-6492", refused["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_delegates_signs_with_its_key_as_before_and_a_stranger_is_a_mismatch()
    {
        var (user, stranger) = (new Wallet(), new Wallet());
        await relay.Stack.Node.SetCodeAsync(user.Address.ToString(), "0xef0100" + Hex.Encode(_world.Target.ToArray())[2..], Cancellation);

        (await Reply.PostAsync(_http, "api/relay", Post(_world.OpenZeppelin, user.Address, stranger))).AssertProblem(401, "signature_mismatch");
        var taken = await Reply.PostAsync(_http, "api/relay", _world.Post(_world.OpenZeppelin, user));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(_http, taken["id"]!))["state"]);
    }

    /// <summary>A contract that nobody has asked about yet.</summary>
    private async Task<Address> ContractAsync()
    {
        var address = new Wallet().Address;
        var code = (await relay.Stack.Node.Rpc.SendAsync("eth_getCode", [_world.Target.ToString(), "latest"], Cancellation)).GetString()!;
        await relay.Stack.Node.SetCodeAsync(address.ToString(), code, Cancellation);
        return address;
    }

    /// <summary>Posts until it is looked at: the looks of a second are few, and other tests have some.</summary>
    private async Task<Reply> PostAsync(string path, JsonObject body)
    {
        Reply? reply = null;
        Assert.True(await RelayWorld.BecomesAsync(async () => (reply = await Reply.PostAsync(_http, path, body)).Status == 422, seconds: 20), reply?.Text);
        return reply!;
    }

    private JsonObject Post(Forwarder forwarder, Address from, Wallet signer)
    {
        var message = _world.Message(forwarder, signer) with { From = from };
        return RelayPost.Of(forwarder, message, signer.Sign(forwarder, message).ToString());
    }
}
