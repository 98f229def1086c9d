using Functions.Tests.Treasury;

// The HTTP contract, held by both hosts: the app alone, and the published worker behind the Functions host's stand-in.
namespace Functions.Tests.Relay;

[Collection(RelayCollection.Name)]
public sealed class RelayContractAloneTests(RelayFixture relay) : RelayContractTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class RelayContractHostedTests(HostedRelayFixture relay) : RelayContractTests(relay);

[Collection(RelayCollection.Name)]
public sealed class RelayBatchAloneTests(RelayFixture relay) : RelayBatchTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class RelayBatchHostedTests(HostedRelayFixture relay) : RelayBatchTests(relay);

[Collection(RelayCollection.Name)]
public sealed class RelayFollowingAloneTests(RelayFixture relay) : RelayFollowingTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class RelayFollowingHostedTests(HostedRelayFixture relay) : RelayFollowingTests(relay);

[Collection(RelayCollection.Name)]
public sealed class RelayPreparationAloneTests(RelayFixture relay) : RelayPreparationTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class RelayPreparationHostedTests(HostedRelayFixture relay) : RelayPreparationTests(relay);

[Collection(RelayCollection.Name)]
public sealed class RelayConcurrencyAloneTests(RelayFixture relay) : RelayConcurrencyTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class RelayConcurrencyHostedTests(HostedRelayFixture relay) : RelayConcurrencyTests(relay);

[Collection(RelayCollection.Name)]
public sealed class ContractWalletAloneTests(RelayFixture relay) : ContractWalletTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class ContractWalletHostedTests(HostedRelayFixture relay) : ContractWalletTests(relay);

[Collection(RelayCollection.Name)]
public sealed class BadInputAloneTests(RelayFixture relay) : BadInputTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class BadInputHostedTests(HostedRelayFixture relay) : BadInputTests(relay);

[Collection(RelayCollection.Name)]
public sealed class GasContractAloneTests(RelayFixture relay) : GasContractTests(relay);

[Collection(HostedRelayCollection.Name)]
public sealed class GasContractHostedTests(HostedRelayFixture relay) : GasContractTests(relay);
