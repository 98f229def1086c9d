// Two chains, each with three RPC operators and its council's wallet; zones, backups elsewhere, locks, a private network.
// Addresses and the domain are examples: put your own.

using 'main.bicep'

param name = readEnvironmentVariable('RELAYER_NAME', 'relayer')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'relayer-production')
param profile = 'production'
param private = true

param mails = [readEnvironmentVariable('RELAYER_MAIL', 'nobody@example.com')]
param monthlyBudget = 1500
param budgetStart = readEnvironmentVariable('RELAYER_BUDGET_START', '2026-12-01')
param repository = readEnvironmentVariable('RELAYER_REPOSITORY', 'example/relayer')

param chains = [
  {
    name: 'base'
    id: 8453
    confirmations: 20
    rpc: [
      { operator: 'one', secret: 'rpc-base-one' }
      { operator: 'two', secret: 'rpc-base-two' }
      { operator: 'three', secret: 'rpc-base-three' }
    ]
    forwarders: [
      { address: '0x5FbDB2315678afecb367f032d93F642f64180aa3', dialect: 'OpenZeppelin', name: 'ERC2771Forwarder', version: '1' }
    ]
    signers: ['signer-base-1', 'signer-base-2']
    council: 'council-base'
    targets: [
      { address: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512', functions: ['increment()'] }
    ]
    more: {
      Fees__BumpAfter: '00:00:10'
      Fees__BumpEvery: '00:00:05'
      Fees__CloseBefore: '00:00:04'
      Fees__DataFees: 'op'
      Budgets__HourWei: '50000000000000000'
      Budgets__DayWei: '250000000000000000'
    }
  }
  {
    name: 'ethereum'
    id: 1
    confirmations: 12
    rpc: [
      { operator: 'one', secret: 'rpc-ethereum-one' }
      { operator: 'two', secret: 'rpc-ethereum-two' }
      { operator: 'three', secret: 'rpc-ethereum-three' }
    ]
    forwarders: [
      { address: '0x5FbDB2315678afecb367f032d93F642f64180aa3', dialect: 'OpenZeppelin', name: 'ERC2771Forwarder', version: '1' }
    ]
    signers: ['signer-ethereum-1', 'signer-ethereum-2']
    council: 'council-ethereum'
    targets: [
      { address: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512', functions: ['increment()'] }
    ]
  }
]

param operators = [
  { name: 'anna', role: 'treasury', secret: 'operator-anna' }
  { name: 'ben', role: 'operate', secret: 'operator-ben' }
  { name: 'watch', role: 'look', secret: 'operator-watch' }
]

param origins = ['https://app.relayer.example']
param frontend = true
param domain = 'relayer.example'

param more = {
  Alerts__WebhookUrl: 'https://alerts.relayer.example/relayer'
  Alerts__Secret: 'alerts-webhook'
}
