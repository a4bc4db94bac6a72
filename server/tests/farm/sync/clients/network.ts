// A network that loses requests, loses answers, and delivers what it lost long after.

import type { Fetch } from '../../../../../examples/sync/farm'

export class Random {
  constructor(private state: number) {}

  /** In [0, 1); mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

export class Lost extends Error {}

export class Network {
  isGood = false
  readonly late: (() => Promise<unknown>)[] = []
  readonly told = { lost: 0, unanswered: 0, late: 0, delivered: 0 }

  constructor(private readonly random: Random) {}

  readonly fetch: Fetch = async (url, init) => {
    const send = async () => {
      const answer = await fetch(url, init)
      if (answer.status >= 500) throw new Error(`${answer.status} ${url} ${await answer.text()}`)
      return answer
    }
    if (this.isGood) return await send()
    const luck = this.random.next()
    if (luck < 0.1) {
      this.told.lost++
      throw new Lost('the request was lost')
    }
    if (luck < 0.2) {
      this.told.unanswered++
      await send()
      throw new Lost('the answer was lost')
    }
    if (luck < 0.3 && init?.method === 'POST') {
      this.told.late++
      this.late.push(send)
      throw new Lost('the request is under way')
    }
    return await send()
  }

  /** One of the requests that were under way arrives. */
  async deliver(): Promise<void> {
    if (!this.late.length) return
    this.told.delivered++
    const [send] = this.late.splice(this.random.below(this.late.length), 1)
    await send!()
  }
}
