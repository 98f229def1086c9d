import { network, principal } from '../types.bicep'

param location string
param tags object
param serverName string
param databaseName string
param workspaceName string

@description('Who may make roles: the schema\'s owner, and people. There are no passwords.')
param administrators principal[]

param sku { name: string, tier: 'Burstable' | 'GeneralPurpose' }
param storageGigabytes int
param zoneRedundant bool
param backupDays int
param geoBackup bool
param locked bool
param privateNetwork network?

var isPrivate = privateNetwork != null

var configurations = [
  { name: 'require_secure_transport', value: 'ON' }
  { name: 'ssl_min_protocol_version', value: 'TLSv1.3' }
  { name: 'log_lock_waits', value: 'ON' }
]

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: serverName
  location: location
  tags: tags
  sku: sku
  properties: {
    version: '17'
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    storage: {
      storageSizeGB: storageGigabytes
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: backupDays
      geoRedundantBackup: geoBackup ? 'Enabled' : 'Disabled'
    }
    highAvailability: { mode: zoneRedundant ? 'ZoneRedundant' : 'Disabled' }
    network: isPrivate
      ? {
          publicNetworkAccess: 'Disabled'
          delegatedSubnetResourceId: privateNetwork.?databaseSubnetId
          privateDnsZoneArmResourceId: privateNetwork.?databaseZoneId
        }
      : { publicNetworkAccess: 'Enabled' }
  }
}

// The server takes one change at a time and answers ServerIsBusy to others, so everything below it waits for what is before it:
// database, firewall, configurations one by one, administrators one by one.
resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = {
  parent: server
  name: databaseName
  properties: {
    charset: 'UTF8'
    collation: 'en_US.utf8'
  }
}

// Any address of Azure's, of whatever tenant: Flex Consumption has none of its own. Who comes still needs a token. With the private network there is no such rule.
resource azure 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2025-08-01' = if (!isPrivate) {
  parent: server
  name: 'azure'
  properties: {
    startIpAddress: '0.0.0.0'
    endIpAddress: '0.0.0.0'
  }
  dependsOn: [database]
}

@batchSize(1)
resource configuration 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = [
  for one in configurations: {
    parent: server
    name: one.name
    properties: {
      value: one.value
      source: 'user-override'
    }
    dependsOn: [database, azure]
  }
]

@batchSize(1)
resource administrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = [
  for one in administrators: {
    parent: server
    name: one.objectId
    properties: {
      principalName: one.name
      principalType: one.type
      tenantId: tenant().tenantId
    }
    dependsOn: [configuration]
  }
]

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  scope: server
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'What was accepted, sent and spent is recorded here alone.'
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: server
  name: 'logs'
  properties: {
    workspaceId: workspace.id
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'PostgreSQLLogs', enabled: true }
    ]
  }
}
