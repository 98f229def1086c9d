import { roles } from '../roles.bicep'
import { identityNames, network } from '../types.bicep'

param location string
param tags object
param planName string
param appName string
param storageName string
param packages string
param insightsName string
param identities identityNames

@description('The relayer\'s own settings.')
param settings object

@description('The app is sized for 1 GiB and more: docs/configuration.md, Admission.')
param memoryMegabytes 512 | 2048 | 4096

@minValue(40)
@maxValue(1000)
param maximumInstances int

@description('How many instances wait for HTTP calls.')
param httpInstances int

@description('The timers, by their functions\' names, that have an instance waiting: what a late run of costs money.')
param readyTimers string[]

param privateNetwork network?

var blobs = 'https://${storageName}.blob.${environment().suffixes.storage}/'
var timers = map(readyTimers, one => { name: 'function:${one}', instanceCount: 1 })

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identities.app
}

resource council 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identities.council
}

resource release 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identities.release
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': 'relayer' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${app.id}': {}
      '${council.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // RPC URLs are references to secrets: this is who reads them.
    keyVaultReferenceIdentity: app.id
    virtualNetworkSubnetId: privateNetwork.?appSubnetId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobs}${packages}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: app.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: memoryMegabytes
        maximumInstanceCount: maximumInstances
        alwaysReady: concat(httpInstances == 0 ? [] : [{ name: 'http', instanceCount: httpInstances }], timers)
      }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
    dependsOn: [ftp]
  }

  resource configuration 'config' = {
    name: 'appsettings'
    properties: shallowMerge([
      settings
      {
        AzureWebJobsStorage__blobServiceUri: blobs
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: app.properties.clientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${app.properties.clientId};Authorization=AAD'
        // Whom the app speaks as; without it no user-assigned identity is chosen.
        AZURE_CLIENT_ID: app.properties.clientId
        KeyVault__CouncilIdentity: council.properties.clientId
      }
    ])
    dependsOn: [scm]
  }
}

resource deploys 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: site
  name: guid(site.id, release.id, roles.websiteContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.websiteContributor)
    principalId: release.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

output host string = site.properties.defaultHostName
