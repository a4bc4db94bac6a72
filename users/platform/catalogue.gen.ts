// Written by `./bellwether openapi` from server/bellwether/catalogue.py: change it there.
export const services = {
  auth: { title: "User Authentication", port: 18201, stream: "USERS" },
  sessions: { title: "Sessions", port: 18202, stream: "USERS" },
  profiles: { title: "User Profiles", port: 18203, stream: "USERS" },
  chats: { title: "Chat History", port: 18204, stream: "USERS" },
} as const;
export const streams = ["FARM", "GENETICS", "RESEARCH", "PROCESSING", "USERS"] as const;
export const ports = { gateway: 8080, nats: 14222, dynoxide: 18000, "dynoxide-keys": 18001 } as const;
export const memory = { BUN_JSC_forceRAMSize: "134217728" } as const;
