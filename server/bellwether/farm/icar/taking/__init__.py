"""Messages of other systems on their way into the farm: read tolerantly, judged one by one, stored by its own ways."""
