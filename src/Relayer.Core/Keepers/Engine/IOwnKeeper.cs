namespace Relayer.Core.Keepers.Engine;

/// <summary>A keeper that <c>AddKeeper</c> brought along: it has no timer by its own name, the one for all of them runs it.</summary>
internal interface IOwnKeeper : IKeeper;
