import { roles } from '../roles.bicep'
import { network } from '../types.bicep'

param location string
param tags object
param storageName string
param packages string
param appIdentityName string
param sku 'Standard_LRS' | 'Standard_ZRS'
param privateNetwork network?

var isPrivate = privateNetwork != null

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: storageName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'None'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: 30 }
      containerDeleteRetentionPolicy: { enabled: true, days: 30 }
    }

    // What is deployed. The host adds containers of its own for leases and timers.
    resource container 'containers' = {
      name: packages
      properties: { publicAccess: 'None' }
    }
  }

  // The host rewrites its timers' states all the time, and each is a version.
  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'old-versions'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'] }
              actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: appIdentityName
}

// The host's leases and timers, and the package that it is started from. Nothing here uses queues or tables.
resource owns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, app.id, roles.storageBlobDataOwner)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  params: {
    location: location
    tags: tags
    targetId: storage.id
    targetName: storageName
    group: 'blob'
    subnetId: privateNetwork.?endpointsSubnetId ?? ''
    zoneId: privateNetwork.?blobZoneId ?? ''
  }
}
