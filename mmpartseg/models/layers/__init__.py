"""A folder for each family of heads; what several of them share lies beside the folders."""
