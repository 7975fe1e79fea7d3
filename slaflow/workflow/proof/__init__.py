"""What ``workflow check`` proves about every history that an agreement allows. Pure."""
