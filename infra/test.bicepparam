// A relayer to try: one chain of test money, everything as small as it works, reached over the internet by those who have a token.
// Addresses are examples: put your own.

using 'main.bicep'

param name = readEnvironmentVariable('RELAYER_NAME', 'relayer')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'relayer-test')
param profile = 'test'
param private = false

param mails = [readEnvironmentVariable('RELAYER_MAIL', 'nobody@example.com')]
param monthlyBudget = 100
param budgetStart = readEnvironmentVariable('RELAYER_BUDGET_START', '2026-12-01')

param chains = [
  {
    name: 'baseSepolia'
    id: 84532
    confirmations: 5
    rpc: [
      { operator: 'one', secret: 'rpc-base-sepolia-one' }
      { operator: 'two', secret: 'rpc-base-sepolia-two' }
    ]
    forwarders: [
      { address: '0x5FbDB2315678afecb367f032d93F642f64180aa3', dialect: 'OpenZeppelin', name: 'ERC2771Forwarder', version: '1' }
    ]
    signers: ['signer-base-sepolia-1']
    targets: [
      { address: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512', functions: ['increment()'] }
    ]
    more: {
      Fees__BumpAfter: '00:00:10'
      Fees__BumpEvery: '00:00:05'
      Fees__CloseBefore: '00:00:04'
      Fees__DataFees: 'op'
    }
  }
]

param operators = [
  { name: 'anna', role: 'treasury', secret: 'operator-anna' }
]

param origins = ['http://localhost:3000']
