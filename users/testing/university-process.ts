import { startUniversity } from "./university.ts";

/** A university with one member as a process of its own: port, redirect address, name and address of the member. */
const [port = "", callback = "", name = "", email = ""] = process.argv.slice(2);
const university = await startUniversity([callback], Number(port));
university.members[name] = { email, email_verified: true, name };
