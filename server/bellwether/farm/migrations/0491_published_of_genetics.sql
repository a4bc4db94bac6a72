-- genetics publishes breeding values by views of its own, over which row-level security of farms holds as for its tables
grant execute on function farm.my_farms() to genetics_owner;
