// The zone of a domain: who may issue certificates for it, and the frontend's name. Its name servers are to be set where the domain was bought.

param tags object
param domain string

@description('Where the frontend is, and what its name below the domain is.')
param frontendHost string
param frontendName string
param frontendSiteName string

@description('The authorities that may issue certificates; Azure\'s own ones come from the first.')
param authorities string[]

@description('Where they report what was asked for and refused.')
param reports string

resource zone 'Microsoft.Network/dnsZones@2018-05-01' = {
  name: domain
  location: 'global'
  tags: tags

  resource issuers 'CAA' = {
    name: '@'
    properties: {
      TTL: 3600
      caaRecords: concat(
        map(authorities, one => { flags: 0, tag: 'issue', value: one }),
        [
          { flags: 0, tag: 'issuewild', value: ';' }
          { flags: 0, tag: 'iodef', value: 'mailto:${reports}' }
        ]
      )
    }
  }

  resource frontend 'CNAME' = {
    name: frontendName
    properties: {
      TTL: 3600
      CNAMERecord: { cname: frontendHost }
    }
  }
}

resource site 'Microsoft.Web/staticSites@2025-03-01' existing = {
  name: frontendSiteName
}

resource name 'Microsoft.Web/staticSites/customDomains@2025-03-01' = {
  parent: site
  name: '${frontendName}.${domain}'
  properties: { validationMethod: 'cname-delegation' }
  dependsOn: [zone::frontend]
}

output nameServers string[] = zone.properties.nameServers
