import { identityNames } from '../types.bicep'

param location string
param tags object
param names identityNames

@description('The repository whose release job may act as the release and as the schema\'s owner, such as octo/relayer. Empty: none may.')
param repository string

@description('The environment of the repository that the job has to run in; its protection rules are who may release.')
param environmentName string

var issuer = 'https://token.actions.githubusercontent.com'
var audience = 'api://AzureADTokenExchange'

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.app
  location: location
  tags: tags
}

resource council 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.council
  location: location
  tags: tags
}

resource owner 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.owner
  location: location
  tags: tags

  resource job 'federatedIdentityCredentials' = if (!empty(repository)) {
    name: 'release-job'
    properties: {
      issuer: issuer
      subject: 'repo:${repository}:environment:${environmentName}'
      audiences: [audience]
    }
  }
}

resource release 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.release
  location: location
  tags: tags

  resource job 'federatedIdentityCredentials' = if (!empty(repository)) {
    name: 'release-job'
    properties: {
      issuer: issuer
      subject: 'repo:${repository}:environment:${environmentName}'
      audiences: [audience]
    }
  }
}

output appClientId string = app.properties.clientId
output councilClientId string = council.properties.clientId
output ownerClientId string = owner.properties.clientId
output ownerPrincipalId string = owner.properties.principalId
output releaseClientId string = release.properties.clientId
