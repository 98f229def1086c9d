// When the timers fire: six fields, UTC. On Azure a timer without its setting does not run, so each is here; a test compares with the app.

@export()
var schedules = {
  Schedules__Confirm: '*/2 * * * * *'
  Schedules__SweepGrants: '0 17 * * * *'
  Schedules__ReadBalances: '10,40 * * * * *'
  Schedules__WatchBudgets: '50 * * * * *'
  Schedules__TopUpSigners: '25 * * * * *'
  Schedules__DeliverAlerts: '*/15 * * * * *'
  Schedules__ThinBalances: '0 37 * * * *'
  Schedules__ObserveProviders: '30 * * * * *'
  Schedules__SweepObservations: '0 43 * * * *'
  Schedules__PerformUpkeeps: '*/5 * * * * *'
  Schedules__SettleOrders: '*/2 * * * * *'
  Schedules__DeployAccounts: '*/15 * * * * *'
  Schedules__BridgeAccounts: '7/15 * * * * *'
  Schedules__RedeemMessages: '*/10 * * * * *'
  Schedules__LiquidateAccounts: '*/4 * * * * *'
  Schedules__RunKeepers: '3/5 * * * * *'
  Schedules__RecoverKeepers: '*/30 * * * * *'
  Schedules__SweepKeepers: '0 23 * * * *'
}
