using Functions.Catalog;
using Functions.OpenApi;
using Functions.Operators;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Signers;

namespace Functions.Admin;

/// <summary>Operators look at the accounts that pay for gas, and take them out of use.</summary>
/// <param name="engines">The chains' engines.</param>
/// <param name="listing">What the chains say of the accounts.</param>
public sealed class AdminSignerFunctions(ChainEngines engines, SignerListing listing)
{
    private const string Signers = HostRoutes.Admin + "/chains/{chainId}/signers";

    /// <summary>A chain's signers: balance, nonces, what is in flight, and whether and why they are paused.</summary>
    [Function("ListSigners")]
    [Operator(OperatorRole.Look)]
    [ProducesResponseType<SignersAnswer>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain)]
    [Refuses(503, "storage_unavailable")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = Signers)] HttpRequest request, long chainId, CancellationToken cancellation)
    {
        var chain = new ChainId(chainId);
        if (!engines.Chains.Contains(chain))
        {
            return AdminProblems.UnknownChain(chainId);
        }

        var signers = await listing.ShowAsync(chain, await engines.Get(chain).ListSignersAsync(cancellation), cancellation);
        return TypedResults.Json(new SignersAnswer(chainId, signers), SignerJson.Default.SignersAnswer);
    }

    /// <summary>Gives a signer no new transactions until an operator resumes it. What it has in flight goes on.</summary>
    [Function("PauseSigner")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<SignerCommandAnswer>(200, Description = "It is paused by an operator, with this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain, AdminProblems.UnknownSignerCode)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Pause(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Signers + "/{address}/pause")] HttpRequest request,
        long chainId, string address, CancellationToken cancellation) =>
        ChangeAsync(request, chainId, address, static engine => engine.PauseSignerAsync, cancellation);

    /// <summary>Lets a signer take transactions again, whatever paused it. One that still cannot pay or fails is paused again by itself.</summary>
    [Function("ResumeSigner")]
    [Operator(OperatorRole.Operate)]
    [Consumes(typeof(InstructionBody), "application/json")]
    [ProducesResponseType<SignerCommandAnswer>(200, Description = "It is not paused, with this command or before.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, RefusalCode.UnknownChain, AdminProblems.UnknownSignerCode)]
    [Refuses(503, "storage_unavailable")]
    public Task<IResult> Resume(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Signers + "/{address}/resume")] HttpRequest request,
        long chainId, string address, CancellationToken cancellation) =>
        ChangeAsync(request, chainId, address, static engine => engine.ResumeSignerAsync, cancellation);

    private async Task<IResult> ChangeAsync(
        HttpRequest request, long chainId, string address, Func<ChainEngine, Change> change, CancellationToken cancellation)
    {
        if (!engines.Chains.Contains(new ChainId(chainId)))
        {
            return AdminProblems.UnknownChain(chainId);
        }

        if (!Address.TryParse(address, out var signer))
        {
            return AdminProblems.Malformed("The signer must be an address.");
        }

        var (instruction, refusal) = await InstructionReader.ReadAsync(request, cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await change(engines.Get(new ChainId(chainId)))(signer, instruction!, cancellation) is not { } changed)
        {
            return AdminProblems.UnknownSigner(chainId, signer);
        }

        var shown = await listing.ShowAsync(new ChainId(chainId), [changed.Signer], cancellation);
        return TypedResults.Json(new SignerCommandAnswer(changed.HasChanged, shown[0]), SignerJson.Default.SignerCommandAnswer);
    }

    private delegate Task<SignerChange?> Change(Address signer, Instruction instruction, CancellationToken cancellation);
}
