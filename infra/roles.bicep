// The built-in roles that are given, by their ids. docs/deploy.md says who has which, and where; a test compares.

@export()
var roles = {
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  websiteContributor: 'de139f84-1756-47ae-9be6-808fbbe84772'
}
