"""The computer of a station: its power, heat, memory and date, with beginning and end of trouble."""
