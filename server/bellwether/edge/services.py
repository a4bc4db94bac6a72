"""The services that the edge composes, in the order in which people read them."""

SERVICES = {
    "farm": "Farm Management",
    "genetics": "Genetic Data",
    "research": "Research Analysis",
    "processing": "Data Processing",
    "auth": "User Authentication",
    "sessions": "Sessions",
    "profiles": "User Profiles",
    "chats": "Chat History",
}
