"""Titles of films that were never made: director, genre and era are woven into each."""

import numpy as np

ERAS = ("194", "195", "196", "197", "198", "199", "200", "201")  # the first three digits of a year

DIRECTORS = (
    "Moreau", "Okonkwo", "Lindqvist", "Tanabe", "Castellan", "Duarte", "Whitlock", "Petrenko", "Haddad", "Grimaldi",
    "Ashworth", "Varga", "Solano", "Nakagawa", "Brandvold", "Achterberg", "Quillfeather", "Ibarra", "Ravensdale",
    "Kowalczyk",
)  # fmt: skip

# genre: (what stands before, what stands after)
GENRES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "horror": (
        ("Haunted", "Whispering", "Crawling", "Hollow", "Bleeding", "Sleepless", "Buried", "Nameless"),
        ("Lighthouse", "Cellar", "Orchard", "Mirror", "Nursery", "Chapel", "Marsh", "Staircase"),
    ),
    "western": (
        ("Dusty", "Lonesome", "Outlaw", "Copper", "Restless", "Rattlesnake", "Sundown", "Crooked"),
        ("Saddle", "Canyon", "Stagecoach", "Sheriff", "Homestead", "Spur", "Saloon", "Prairie"),
    ),
    "comedy": (
        ("Accidental", "Clumsy", "Borrowed", "Runaway", "Misplaced", "Talkative", "Overdressed", "Hopeless"),
        ("Bridegroom", "Parrot", "Butler", "Wedding", "Trombone", "Picnic", "Uncle", "Landlady"),
    ),
    "romance": (
        ("Tender", "Forgotten", "Moonlit", "Secret", "Unsent", "Last", "Stolen", "Paper"),
        ("Letter", "Waltz", "Promise", "Summer", "Kiss", "Garden", "Harbour", "Rose"),
    ),
    "space": (
        ("Orbital", "Silent", "Crimson", "Infinite", "Frozen", "Stellar", "Drifting", "Electric"),
        ("Nebula", "Colony", "Airlock", "Satellite", "Comet", "Asteroid", "Signal", "Moonbase"),
    ),
    "noir": (
        ("Crooked", "Midnight", "Double", "Velvet", "Smoking", "Rain-Soaked", "Guilty", "Cheap"),
        ("Alibi", "Motive", "Stiletto", "Informant", "Detective", "Ransom", "Blackmail", "Alley"),
    ),
    "war": (
        ("Broken", "Iron", "Burning", "Final", "Mud-Stained", "Distant", "Fallen", "Forsaken"),
        ("Battalion", "Trench", "Bugle", "Armistice", "Outpost", "Convoy", "Barricade", "Regiment"),
    ),
    "musical": (
        ("Dancing", "Singing", "Tap-Happy", "Golden", "Swinging", "Dazzling", "Barefoot", "Sparkling"),
        ("Carousel", "Chorus", "Spotlight", "Ballroom", "Melody", "Encore", "Bandstand", "Rhapsody"),
    ),
    "heist": (
        ("Perfect", "Vanishing", "Seventh", "Diamond", "Counterfeit", "Impossible", "Quiet", "Thirty-Minute"),
        ("Vault", "Getaway", "Forgery", "Safecracker", "Tunnel", "Swindle", "Jackpot", "Decoy"),
    ),
    "fantasy": (
        ("Enchanted", "Sleeping", "Wandering", "Silver", "Moss-Grown", "Thirteenth", "Forbidden", "Winged"),
        ("Dragon", "Kingdom", "Sorcerer", "Amulet", "Griffin", "Labyrinth", "Crown", "Spell"),
    ),
    "sports": (
        ("Winning", "Underdog", "Muddy", "Unbeaten", "Second-Half", "Photo-Finish", "Rookie", "Sudden-Death"),
        ("Season", "Relay", "Goalkeeper", "Marathon", "Knockout", "Sprint", "Pitcher", "Trophy"),
    ),
    "documentary": (
        ("Ordinary", "Vanishing", "True", "Unseen", "Daily", "Living", "Recorded", "Northern"),
        ("Fishermen", "Glacier", "Factory", "Witness", "Village", "Archive", "Harvest", "Railway"),
    ),
    "adventure": (
        ("Lost", "Perilous", "Sunken", "Uncharted", "Jungle", "Daring", "Emerald", "Stormy"),
        ("Expedition", "Treasure", "Temple", "Voyage", "Compass", "Galleon", "Island", "Idol"),
    ),
    "courtroom": (
        ("Hostile", "Reasonable", "Sworn", "Hung", "Sealed", "Reluctant", "Final", "Missing"),
        ("Witness", "Verdict", "Juror", "Testimony", "Appeal", "Objection", "Evidence", "Plea"),
    ),
}  # fmt: skip


def title(genre: str, era: str, director: str, used: set[str], rng: np.random.Generator) -> str:
    """A title that is not used yet: "Moreau's Haunted Lighthouse (1974)"; a part number where all are used."""
    before, after = GENRES[genre]
    part, tries = 1, 0
    while True:
        phrase = f"{before[rng.integers(len(before))]} {after[rng.integers(len(after))]}"
        number = f" {part}" if part > 1 else ""
        name = f"{director}'s {phrase}{number} ({era}{rng.integers(10)})"
        if name not in used:
            return name
        tries += 1
        part += tries % 20 == 0
