"""Data-driven attribution over a training range: Markov removal effect and Shapley value per channel.

Lives here: journeys of a range (`journeys`), coded and counted by any engine (`channels`, `transitions`,
`coalitions`), and the small arithmetic on those counts (`markov`, `shapley`), composed by `train`. Not here: the
rule-based models, which need one conversion at a time (`models`), and choosing the range.

A channel is a campaign, a creative or a website. Views and clicks both count here and neither beats the other: the
journeys that did not convert are what tells how much each is worth, and dropping views from the converted ones only
would bias the comparison.
"""
