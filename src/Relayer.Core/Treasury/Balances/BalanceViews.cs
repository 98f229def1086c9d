using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Agreement;

namespace Relayer.Core.Treasury.Balances;

/// <summary>What providers said of accounts at a block, and what of it is believed. Pure.</summary>
internal sealed class BalanceViews
{
    private readonly ProviderAnswer<AccountsAtBlock>[] _views;
    private readonly int _operators;
    private readonly Hash32? _hash;
    private readonly AccountState?[] _states;

    public BalanceViews(IReadOnlyList<ProviderAnswer<AccountsAtBlock>> answers, int operators)
    {
        (_views, _operators) = ([.. answers.Where(answer => answer.Answer is not null)], operators);
        _hash = Agreement<Hash32>(_views, view => view.Block.Hash);
        var pinned = Array.FindAll(_views, view => view.Answer!.Block.Hash == _hash);
        _states = [.. Enumerable.Range(0, First?.Accounts.Count ?? 0).Select(i => Agreement<AccountState>(pinned, view => view.Accounts[i]))];
    }

    /// <summary>The first view; <see langword="null"/> where nobody gave one.</summary>
    public AccountsAtBlock? First => _views.FirstOrDefault()?.Answer;

    /// <summary>The block that is believed to be at the height.</summary>
    public BlockHeader? Block => Array.Find(_views, view => view.Answer!.Block.Hash == _hash)?.Answer!.Block;

    /// <summary>So many operators gave a view.</summary>
    public int Voices => _views.DistinctBy(view => view.Operator).Count();

    /// <summary>What is believed of an account; of another block than the believed one nothing is.</summary>
    public AccountState? StateOf(int place) => _states[place];

    /// <summary>What each said of an account.</summary>
    public ProviderBalance[] Balances(int place) => Array.ConvertAll(_views, view => new ProviderBalance(
        view.Provider, view.Answer!.Accounts[place].Balance.ToString(), view.Answer.Accounts[place].Nonce));

    /// <summary>Whether a view is another one than what is believed; where nothing is, than the first.</summary>
    public bool Differs(AccountsAtBlock view) => view.Block.Hash != (_hash ?? First!.Block.Hash)
        || Enumerable.Range(0, _states.Length).Any(i => view.Accounts[i] != (_states[i] ?? First!.Accounts[i]));

    /// <summary>Whether it is so of any view.</summary>
    public bool Any(Predicate<AccountsAtBlock> isSo) => Array.Exists(_views, view => isSo(view.Answer!));

    /// <summary>What they contradicted each other about.</summary>
    public IReadOnlyList<Disagreement> Disagreements(IReadOnlyList<Address> accounts)
    {
        var found = new List<Disagreement>();
        Note(DisagreementKind.Block, default, _views, view => $"{view.Block.Hash}", _hash?.ToString());
        var pinned = Array.FindAll(_views, view => _hash is null || view.Answer!.Block.Hash == _hash);
        for (var i = 0; _hash is not null && i < _states.Length; i++)
        {
            var place = i;
            Note(DisagreementKind.Account, accounts[i].ToArray(), pinned, view => Words(view.Accounts[place]), _states[i] is { } state ? Words(state) : null);
        }

        return found;

        void Note(
            DisagreementKind what, ReadOnlyMemory<byte> subject, ProviderAnswer<AccountsAtBlock>[] views, Func<AccountsAtBlock, string> said, string? believed)
        {
            if (views.DistinctBy(view => said(view.Answer!)).Skip(1).Any())
            {
                found.Add(new(what, subject, views[0].Answer!.Block.Number, Array.ConvertAll(views, view =>
                    new Statement(view.Provider, view.Operator, said(view.Answer!), said(view.Answer!) == believed))));
            }
        }
    }

    private static string Words(AccountState state) => $"{state.Balance} wei, nonce {state.Nonce}";

    private T? Agreement<T>(ProviderAnswer<AccountsAtBlock>[] views, Func<AccountsAtBlock, T> part)
        where T : struct => ProviderAgreement.TryFind(views, part, _operators, out var agreed) ? agreed : null;
}
