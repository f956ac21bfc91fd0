"""Where orders leave from: decided with their goods, looked at again, asked about; and the terms of it."""
