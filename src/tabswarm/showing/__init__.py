"""What a program shows of its data: tables, plots and files, in the console, in a notebook and in a terminal."""
