// A static site for a frontend. What is on it comes from its own release, and one page cannot change how it is served.

param location string
param tags object
param siteName string

resource site 'Microsoft.Web/staticSites@2025-03-01' = {
  name: siteName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    provider: 'None'
    stagingEnvironmentPolicy: 'Disabled'
    allowConfigFileUpdates: false
  }
}

output host string = site.properties.defaultHostname
