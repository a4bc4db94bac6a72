// What every client of a farm needs: its address, who it is, and what its person has to look at.

export type Row = Record<string, unknown> & { id: string }
export type Problem = {
  code: string
  title: string
  detail: string
  errors: { field: string | null; code: string; message: string; fix: string }[]
}
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

export class Farm {
  constructor(
    readonly root: string,
    readonly token: () => string,
    readonly deviceId: string,
    readonly fetch: Fetch = globalThis.fetch,
  ) {}

  /** A request under `/sync`; `root` is `https://.../api/v1/farm/farms/<id>`. */
  async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await this.fetch(`${this.root}/sync/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token()}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    if (answer.status === 410) throw new CursorExpired()
    return answer
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body)
    if (!answer.ok) throw new Refused(answer.status, await answer.text())
    return (await answer.json()) as T
  }
}

/** The device was away for more than 400 days: push what it has, empty the database, pull everything. */
export class CursorExpired extends Error {}

export class Refused extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`${status} ${text}`)
  }
}

/** Rows that the farm did not take: they stay on the device until a person has corrected, deleted or exported them. */
export class Attention {
  readonly rows = new Map<string, { problem: Problem; row: unknown }>()

  put(table: string, id: string, problem: Problem, row: unknown): void {
    this.rows.set(`${table}/${id}`, { problem, row })
  }

  has(table: string, id: string): boolean {
    return this.rows.has(`${table}/${id}`)
  }

  take(table: string, id: string): void {
    this.rows.delete(`${table}/${id}`)
  }
}

/** A UUID that is the same for the same text, so that what is sent again is known. */
export async function idOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  digest[6] = (digest[6]! & 0x0f) | 0x80
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = [...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
