// What the templates are told: of the relayer itself, of who may do what, and what its parts are called.

@export()
@description('A JSON-RPC URL. It usually holds a key, so it stands in a secret of the vault.')
type rpc = {
  @description('Who runs it; URLs of one operator count once wherever providers have to agree.')
  operator: string

  @description('The name of the secret with the URL.')
  secret: string
}

@export()
@description('An EIP-2771 forwarder.')
type forwarder = {
  @minLength(42)
  @maxLength(42)
  address: string

  dialect: 'OpenZeppelin' | 'Infinex'

  @description('The name and version of its EIP-712 domain.')
  name: string
  version: string
}

@export()
@description('A contract that users may call.')
type target = {
  @minLength(42)
  @maxLength(42)
  address: string

  @description('Signatures, such as increment().')
  functions: string[]
}

@export()
@description('A chain that is served.')
type chain = {
  @description('What the settings and the logs call it.')
  name: string

  @description('Its EIP-155 id.')
  id: int

  confirmations: int

  @minLength(1)
  rpc: rpc[]

  forwarders: forwarder[]

  @description('The names of the secrets with the signers\' private keys, in the vault of the app.')
  @minLength(1)
  signers: string[]

  @description('The name of the secret with the private key of the council\'s wallet, in the vault of the council. Left out: nothing is topped up.')
  council: string?

  targets: target[]

  @description('More of its settings, by what follows Chains__{name}__ in docs/configuration.md.')
  more: object?
}

@export()
@description('Somebody who operates the relayer through its API.')
type operator = {
  name: string
  role: 'look' | 'operate' | 'treasury'

  @description('The name of the secret with the key.')
  secret: string
}

@export()
@description('Somebody in Entra.')
type principal = {
  name: string
  objectId: string
  type: 'Group' | 'ServicePrincipal' | 'User'
}

@export()
@description('The user-assigned identities, by what they are for.')
type identityNames = {
  @description('The app: its own vault, its storage, its database role, its telemetry.')
  app: string

  @description('The council\'s wallet: its vault, and nothing else.')
  council: string

  @description('The owner of the database schema, who runs migrations.')
  owner: string

  @description('The release job: puts a package into the app.')
  release: string
}

@export()
@description('The private network; absent where all is reached over the internet.')
type network = {
  appSubnetId: string
  databaseSubnetId: string
  endpointsSubnetId: string
  blobZoneId: string
  vaultZoneId: string
  databaseZoneId: string
}
