"""Measure speed as ratios against peers, with answers proved equal first."""
