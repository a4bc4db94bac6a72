// Signing out never loses what was not sent: it is refused until all is sent, or a person says that it may be lost.

import type { Farm } from './farm'

export class Unsent extends Error {
  constructor(readonly count: number) {
    super(`${count} rows were not sent yet`)
  }
}

/** `count` counts rows that the farm does not have, those that need attention among them. */
export async function signOut(farm: Farm, count: () => Promise<number>, abandon = false): Promise<void> {
  const unsent = await count()
  if (unsent > 0 && !abandon) throw new Unsent(unsent)
  await farm.json('POST', `devices/${farm.deviceId}/sign-out`, { unsent, abandon })
}
