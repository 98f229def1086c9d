/** What happened, counted. */
export class Summary {
  users = 0
  requested = 0
  accepted = 0
  confirmed = 0
  failed = 0
  expired = 0
  readonly refused: Record<string, number> = {}
  readonly unexpected: string[] = []
  readonly acceptedMs: number[] = []
  readonly confirmedMs: number[] = []

  refuse(code: string) {
    this.refused[code] = (this.refused[code] ?? 0) + 1
  }

  surprise(what: string) {
    this.unexpected.push(what)
  }

  toJSON() {
    const { acceptedMs, confirmedMs, unexpected, ...counts } = this
    return {
      ok: unexpected.length === 0,
      ...counts,
      acceptedMs: distribution(acceptedMs),
      confirmedMs: distribution(confirmedMs),
      unexpectedCount: unexpected.length,
      unexpected: unexpected.slice(0, 20),
    }
  }
}

function distribution(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}
