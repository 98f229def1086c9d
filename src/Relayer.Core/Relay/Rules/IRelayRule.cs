using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>One reason to refuse a request, judged by the request alone. Pure.</summary>
internal interface IRelayRule
{
    /// <summary>The refusal, or <see langword="null"/> to let it pass.</summary>
    Refusal? Check(RelayCandidate candidate);
}

/// <summary>One reason to refuse a request, judged with what the records say. Pure.</summary>
internal interface IRecordRule
{
    /// <summary>The refusal, or <see langword="null"/> to let it pass.</summary>
    Refusal? Check(RelayCandidate candidate, RelayFacts facts);
}

/// <summary>One reason to refuse a request, judged with what records and chain say. Pure.</summary>
internal interface IChainRule
{
    /// <summary>The refusal, or <see langword="null"/> to let it pass.</summary>
    Refusal? Check(RelayCandidate candidate, RelayFacts facts, ChainView view);
}
