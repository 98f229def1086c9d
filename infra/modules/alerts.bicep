// Who is told when the relayer itself cannot tell: it is silent, its timers fail, its URL does not answer, its database is full or gone,
// or somebody else reads its keys. What the relayer sees itself comes as incidents, over its own webhook.

param location string
param tags object
param groupName string
param insightsName string
param workspaceName string
param serverName string
param host string

@description('Addresses that are written to.')
param mails string[]

@description('Client ids of those who read secrets every day.')
param readers string[]

@description('Timers that must have succeeded within the last minutes, by their functions\' names.')
param beating string[]

var prefix = 'alert-${insightsName}'

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'relayer'
    enabled: true
    emailReceivers: map(mails, mail => {
      name: mail
      emailAddress: mail
      useCommonAlertSchema: true
    })
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' existing = {
  name: serverName
}

// A timer subsystem that stands still says nothing: no run is the alarm.
resource silence 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for timer in beating: {
    name: '${prefix}-silence-${timer}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${timer} has not succeeded for ten minutes'
      description: 'The timers may stand still after a deployment: restart the app. Else /api/ready says what is wrong.'
      severity: 0
      enabled: true
      scopes: [insights.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT10M'
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: 'requests | where operation_Name == "${timer}" and success == true'
            timeAggregation: 'Count'
            operator: 'LessThan'
            threshold: 1
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

resource failures 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${prefix}-failures'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Functions fail'
    description: 'Calls that ended with 500 and above, and timers that failed.'
    severity: 1
    enabled: true
    scopes: [insights.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: 'requests | where success == false and (isempty(resultCode) or toint(resultCode) == 0 or toint(resultCode) >= 500)'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 10
          dimensions: [
            { name: 'operation_Name', operator: 'Include', values: ['*'] }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: [group.id] }
  }
}

resource strangers 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${prefix}-secret-read'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Somebody else read a secret'
    description: 'Neither the app nor the council\'s identity: find out who, and rotate the key.'
    severity: 0
    enabled: true
    scopes: [workspace.id]
    // Its table is made with the first entry.
    skipQueryValidation: true
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: false
    criteria: {
      allOf: [
        {
          query: 'AZKVAuditLogs | where OperationName in ("SecretGet", "SecretBackup") and tostring(Identity.claim.appid) !in ("${join(readers, '", "')}")'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: [group.id] }
  }
}

resource probe 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'probe-${insightsName}'
  location: location
  tags: union(tags, { 'hidden-link:${insights.id}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'probe-${insightsName}'
    Name: 'The relayer is ready'
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [
      { Id: 'emea-nl-ams-azr' }
      { Id: 'emea-gb-db3-azr' }
      { Id: 'us-va-ash-azr' }
      { Id: 'apac-sg-sin-azr' }
    ]
    Request: {
      RequestUrl: 'https://${host}/api/ready'
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource unreachable 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${prefix}-not-ready'
  location: 'global'
  tags: tags
  properties: {
    description: 'Two of the probe\'s places do not get 200 from /api/ready.'
    severity: 0
    enabled: true
    scopes: [probe.id, insights.id]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: probe.id
      componentId: insights.id
      failedLocationCount: 2
    }
    actions: [
      { actionGroupId: group.id }
    ]
  }
}

var databaseLimits = [
  { name: 'gone', metric: 'is_db_alive', operator: 'LessThan', threshold: 1, aggregation: 'Maximum', severity: 0 }
  { name: 'full', metric: 'storage_percent', operator: 'GreaterThan', threshold: 80, aggregation: 'Average', severity: 1 }
  { name: 'busy', metric: 'cpu_percent', operator: 'GreaterThan', threshold: 85, aggregation: 'Average', severity: 2 }
]

resource database 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for limit in databaseLimits: {
    name: '${prefix}-database-${limit.name}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The database: ${limit.metric}.'
      severity: limit.severity
      enabled: true
      scopes: [server.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: limit.name
            metricName: limit.metric
            operator: limit.operator
            threshold: limit.threshold
            timeAggregation: limit.aggregation
          }
        ]
      }
      actions: [
        { actionGroupId: group.id }
      ]
    }
  }
]
