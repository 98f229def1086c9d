// A vault whose secrets one identity may read, and nobody else: who puts them there is given a role for as long as it takes.

import { roles } from '../roles.bicep'
import { network } from '../types.bicep'

param location string
param tags object
param vaultName string
param readerIdentityName string
param workspaceName string
param retentionDays int

@description('Whether a lock keeps it from being deleted.')
param locked bool

param privateNetwork network?

var isPrivate = privateNetwork != null

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: retentionDays
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'None'
    }
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  scope: vault
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Its keys are accounts that hold money.'
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspace.id
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { categoryGroup: 'audit', enabled: true }
    ]
  }
}

resource reader 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: readerIdentityName
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, reader.id, roles.keyVaultSecretsUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
    principalId: reader.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  params: {
    location: location
    tags: tags
    targetId: vault.id
    targetName: vaultName
    group: 'vault'
    subnetId: privateNetwork.?endpointsSubnetId ?? ''
    zoneId: privateNetwork.?vaultZoneId ?? ''
  }
}
