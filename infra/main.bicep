// From an empty subscription to a running, watched relayer. What each part costs and who may do what: docs/deploy.md.

targetScope = 'subscription'

import { schedules } from 'schedules.bicep'
import { ofChain, ofOperator, ofOrigins } from 'settings.bicep'
import { chain, identityNames, network, operator, principal } from 'types.bicep'

@description('Part of every resource\'s name.')
@minLength(3)
@maxLength(10)
param name string

@description('The region.')
param location string

@description('test: the cheapest that works, nothing is always ready. production: zones, backups in another region, locks, instances that wait.')
param profile 'test' | 'production'

@description('Whether database, vaults and storage are reached over a private network alone.')
param private bool

param chains chain[]
param operators operator[]

@description('The frontends that browsers may call from, such as https://app.example.')
param origins string[]

@description('More of the relayer\'s settings, by their names in docs/configuration.md.')
param more object = {}

@description('People who may make roles in the database, besides the schema\'s owner.')
param administrators principal[] = []

@description('The repository whose release job deploys, such as octo/relayer; empty: none does.')
param repository string = ''

@description('Who is told of alerts and of what is spent.')
@minLength(1)
param mails string[]

@description('What a month may cost before somebody is told, in the subscription\'s currency.')
@minValue(1)
param monthlyBudget int

@description('The first day of the month that the budget begins with.')
param budgetStart string

@description('Whether there is a static site for a frontend.')
param frontend bool = false

@description('The domain whose zone is kept here, with the frontend\'s name in it; empty: none.')
param domain string = ''

@description('The frontend\'s name below the domain.')
param frontendName string = 'app'

@description('For the azd environment, as azd finds it again.')
param environmentName string = '${name}-${profile}'

var isProduction = profile == 'production'
var suffix = take(uniqueString(subscription().subscriptionId, name, profile), 6)
var groupName = 'rg-${name}-${profile}'
var tags = {
  'azd-env-name': environmentName
  relayer: name
  profile: profile
}

var identities identityNames = {
  app: 'id-${name}-${profile}-app'
  council: 'id-${name}-${profile}-council'
  owner: 'id-${name}-${profile}-owner'
  release: 'id-${name}-${profile}-release'
}

var workspaceName = 'log-${name}-${profile}'
var insightsName = 'appi-${name}-${profile}'
var storageName = 'st${toLower(replace(name, '-', ''))}${suffix}'
var vaultName = 'kv-${name}-${suffix}'
var councilVaultName = 'kvc-${name}-${suffix}'
var serverName = 'psql-${name}-${profile}-${suffix}'
var databaseName = 'relayer'
var appName = 'func-${name}-${profile}-${suffix}'
var frontendSiteName = 'stapp-${name}-${profile}'
var packages = 'app-package'

var networkName = 'vnet-${name}-${profile}'
var blobZone = 'privatelink.blob.${environment().suffixes.storage}'
var vaultZone = 'privatelink.vaultcore.azure.net'
var databaseZone = '${name}-${profile}.private.postgres.database.azure.com'
var networkIds = '/subscriptions/${subscription().subscriptionId}/resourceGroups/${groupName}/providers/Microsoft.Network'
var privateNetwork network? = private
  ? {
      appSubnetId: '${networkIds}/virtualNetworks/${networkName}/subnets/app'
      databaseSubnetId: '${networkIds}/virtualNetworks/${networkName}/subnets/database'
      endpointsSubnetId: '${networkIds}/virtualNetworks/${networkName}/subnets/endpoints'
      blobZoneId: '${networkIds}/privateDnsZones/${blobZone}'
      vaultZoneId: '${networkIds}/privateDnsZones/${vaultZone}'
      databaseZoneId: '${networkIds}/privateDnsZones/${databaseZone}'
    }
  : null

// A late run of these costs money or leaves somebody without a word.
var readyTimers = isProduction ? ['ConfirmTransactions', 'TopUpSigners', 'DeliverAlerts'] : []

var settings = shallowMerge(concat(
  [
    schedules
    {
      Environment: 'Production'
      Database__ConnectionString: 'Host=${serverName}.postgres.database.azure.com;Database=${databaseName};Username=${identities.app};SSL Mode=VerifyFull'
      KeyVault__Uri: 'https://${vaultName}${environment().suffixes.keyvaultDns}/'
      KeyVault__CouncilUri: 'https://${councilVaultName}${environment().suffixes.keyvaultDns}/'
    }
    ofOrigins(origins)
  ],
  map(operators, one => ofOperator(one)),
  map(chains, one => ofChain(one, vaultName)),
  [more]
))

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: groupName
  location: location
  tags: tags
}

module identitiesModule 'modules/identities.bicep' = {
  scope: group
  name: 'identities'
  params: {
    location: location
    tags: tags
    names: identities
    repository: repository
    environmentName: environmentName
  }
}

module networkModule 'modules/network.bicep' = if (private) {
  scope: group
  name: 'network'
  params: {
    location: location
    tags: tags
    networkName: networkName
    databaseZone: databaseZone
    blobZone: blobZone
    vaultZone: vaultZone
  }
}

module logs 'modules/logs.bicep' = {
  scope: group
  name: 'logs'
  params: {
    location: location
    tags: tags
    workspaceName: workspaceName
    insightsName: insightsName
    appIdentityName: identities.app
    retentionDays: isProduction ? 90 : 30
    dailyGigabytes: isProduction ? 5 : 1
  }
  dependsOn: [identitiesModule]
}

module storage 'modules/storage.bicep' = {
  scope: group
  name: 'storage'
  params: {
    location: location
    tags: tags
    storageName: storageName
    packages: packages
    appIdentityName: identities.app
    sku: isProduction ? 'Standard_ZRS' : 'Standard_LRS'
    privateNetwork: privateNetwork
  }
  dependsOn: [identitiesModule, networkModule]
}

module vault 'modules/vault.bicep' = {
  scope: group
  name: 'vault'
  params: {
    location: location
    tags: tags
    vaultName: vaultName
    readerIdentityName: identities.app
    workspaceName: workspaceName
    retentionDays: isProduction ? 90 : 7
    locked: isProduction
    privateNetwork: privateNetwork
  }
  dependsOn: [identitiesModule, networkModule, logs]
}

module councilVault 'modules/vault.bicep' = {
  scope: group
  name: 'council-vault'
  params: {
    location: location
    tags: tags
    vaultName: councilVaultName
    readerIdentityName: identities.council
    workspaceName: workspaceName
    retentionDays: isProduction ? 90 : 7
    locked: isProduction
    privateNetwork: privateNetwork
  }
  dependsOn: [identitiesModule, networkModule, logs]
}

module database 'modules/database.bicep' = {
  scope: group
  name: 'database'
  params: {
    location: location
    tags: tags
    serverName: serverName
    databaseName: databaseName
    workspaceName: workspaceName
    administrators: concat(
      [
        {
          name: identities.owner
          objectId: identitiesModule.outputs.ownerPrincipalId
          type: 'ServicePrincipal'
        }
      ],
      administrators
    )
    sku: isProduction ? { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' } : { name: 'Standard_B2s', tier: 'Burstable' }
    storageGigabytes: isProduction ? 128 : 32
    zoneRedundant: isProduction
    backupDays: isProduction ? 35 : 7
    geoBackup: isProduction
    locked: isProduction
    privateNetwork: privateNetwork
  }
  dependsOn: [networkModule, logs]
}

module app 'modules/app.bicep' = {
  scope: group
  name: 'app'
  params: {
    location: location
    tags: tags
    planName: 'plan-${name}-${profile}'
    appName: appName
    storageName: storageName
    packages: packages
    insightsName: insightsName
    identities: identities
    settings: settings
    memoryMegabytes: 2048
    maximumInstances: isProduction ? 100 : 40
    httpInstances: isProduction ? 2 : 0
    readyTimers: readyTimers
    privateNetwork: privateNetwork
  }
  dependsOn: [storage, vault, councilVault, database, logs]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    location: location
    tags: tags
    groupName: 'ag-${name}-${profile}'
    insightsName: insightsName
    workspaceName: workspaceName
    serverName: serverName
    host: app.outputs.host
    mails: mails
    readers: [identitiesModule.outputs.appClientId, identitiesModule.outputs.councilClientId]
    beating: ['ConfirmTransactions', 'ReadBalances', 'DeliverAlerts']
  }
  dependsOn: [logs, database]
}

module budget 'modules/budget.bicep' = {
  scope: group
  name: 'budget'
  params: {
    budgetName: 'budget-${name}-${profile}'
    amount: monthlyBudget
    startDate: budgetStart
    mails: mails
  }
}

module frontendModule 'modules/frontend.bicep' = if (frontend) {
  scope: group
  name: 'frontend'
  params: {
    location: location
    tags: tags
    siteName: frontendSiteName
  }
}

module dns 'modules/dns.bicep' = if (frontend && !empty(domain)) {
  scope: group
  name: 'dns'
  params: {
    tags: tags
    domain: domain
    frontendHost: frontendModule.?outputs.host ?? ''
    frontendName: frontendName
    frontendSiteName: frontendSiteName
    authorities: ['digicert.com']
    reports: mails[0]
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output RELAYER_APP string = appName
output RELAYER_HOST string = app.outputs.host
output RELAYER_VAULT string = vaultName
output RELAYER_COUNCIL_VAULT string = councilVaultName
output RELAYER_DATABASE_HOST string = '${serverName}.postgres.database.azure.com'
output RELAYER_DATABASE_NAME string = databaseName
output RELAYER_DATABASE_ROLE string = identities.app
output RELAYER_OWNER string = identities.owner
output RELAYER_OWNER_CLIENT_ID string = identitiesModule.outputs.ownerClientId
output RELAYER_RELEASE_CLIENT_ID string = identitiesModule.outputs.releaseClientId
output RELAYER_FRONTEND_HOST string = frontendModule.?outputs.host ?? ''
output RELAYER_NAME_SERVERS array = dns.?outputs.nameServers ?? []
