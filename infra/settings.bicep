// The relayer's own settings, made of what the parameters say. Their names are those of docs/configuration.md; a test has the app itself check them.

import { chain, forwarder, operator, rpc, target } from 'types.bicep'

func numbered(at string, values string[]) object =>
  toObject(range(0, length(values)), i => '${at}__${i}', i => values[i])

func below(at string, values object) object =>
  toObject(items(values), item => '${at}__${item.key}', item => string(item.value))

// Azure puts the secret's text in the place of the reference; a new version is seen within a day, or at a restart.
func rpcs(at string, urls rpc[], vault string) object =>
  shallowMerge(map(range(0, length(urls)), i => {
    '${at}__Rpc__${i}__Url': '@Microsoft.KeyVault(VaultName=${vault};SecretName=${urls[i].secret})'
    '${at}__Rpc__${i}__Operator': urls[i].operator
  }))

func forwarders(at string, all forwarder[]) object =>
  shallowMerge(map(range(0, length(all)), i => {
    '${at}__Forwarders__${i}__Address': all[i].address
    '${at}__Forwarders__${i}__Dialect': all[i].dialect
    '${at}__Forwarders__${i}__Name': all[i].name
    '${at}__Forwarders__${i}__Version': all[i].version
  }))

func targets(at string, all target[]) object =>
  shallowMerge(map(range(0, length(all)), i => shallowMerge([
    { '${at}__Policy__Targets__${i}__Address': all[i].address }
    numbered('${at}__Policy__Targets__${i}__Functions', all[i].functions)
  ])))

func signers(at string, names string[]) object =>
  toObject(range(0, length(names)), i => '${at}__Signers__${i}__Secret', i => names[i])

@export()
@description('The settings of one chain.')
func ofChain(one chain, vault string) object =>
  shallowMerge([
    {
      'Chains__${one.name}__ChainId': string(one.id)
      'Chains__${one.name}__Confirmations': string(one.confirmations)
    }
    rpcs('Chains__${one.name}', one.rpc, vault)
    forwarders('Chains__${one.name}', one.forwarders)
    signers('Chains__${one.name}', one.signers)
    one.?council == null ? {} : { 'Chains__${one.name}__Council__Secret': one.?council ?? '' }
    targets('Chains__${one.name}', one.targets)
    below('Chains__${one.name}', one.?more ?? {})
  ])

@export()
@description('The settings of one operator.')
func ofOperator(one operator) object => {
  'Operators__${one.name}__Role': one.role
  'Operators__${one.name}__Secret': one.secret
}

@export()
@description('The frontends that browsers may call from.')
func ofOrigins(origins string[]) object => numbered('Cors__Origins', origins)
