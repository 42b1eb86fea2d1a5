"""Who is integrated and from which date: organisations, certificates, mandates and bans with their signatures."""
