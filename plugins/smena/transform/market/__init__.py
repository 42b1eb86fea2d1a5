"""Kontur.Market's responses as frames: till shifts, cashless reports and sales reports from cheques; waybills."""
