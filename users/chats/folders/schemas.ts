import { z } from "@hono/zod-openapi";
import { exampleFolder } from "../schemas.ts";

export const newFolder = z
  .strictObject({ name: z.string().trim().min(1).max(100) })
  .openapi("NewChatFolder", { example: { name: "Rams" } });
export const folderView = z
  .object({ id: z.uuid(), name: z.string(), created_at: z.iso.datetime() })
  .openapi("ChatFolder", { example: { id: exampleFolder, name: "Rams", created_at: "2026-03-01T07:30:00.000Z" } });
export type FolderView = z.infer<typeof folderView>;
export const folderList = z.object({ items: z.array(folderView), next: z.null() }).openapi("ChatFolderList");
export const folderPath = z.object({ folder: z.uuid().openapi({ example: exampleFolder }) });
